package org.kindred.policy.advantage;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.kindred.options.Meaning;
import org.kindred.options.Spelling;

/** How rewards become advantages. */
public record AdvantageOptions(
        @Meaning(value = "the method", essential = true) EstimatorKind estimator,
        @Meaning(
                        "divisor of every standard deviation taken over rewards; the shrinkage "
                                + "estimator has its own")
                Divisor std,
        @Meaning("added to a standard deviation; smaller values amplify nearly equal " + "rewards")
                double epsilon,
        @Meaning("bound on the size of an advantage, applied before whitening; 0 for none")
                double advantageClip,
        @Meaning(
                        "how long a history remembers: cumulative all, ema:A a moving average "
                                + "of weight A, window:K the last K prompt visits, forget:RHO a factor "
                                + "per visit. p_grpo_shrunk does not define ema")
                HistoryMemory memory,
        @Meaning(
                        "whether a step enters the history before it is normalised by it: "
                                + "update_first, or normalise_first:MIN from MIN rewards on. Twice the "
                                + "completions per prompt is a sensible MIN")
                HistoryOrder order,
        @Meaning("what p_grpo compares with") HistoryBaseline baseline,
        @Meaning("what p_grpo_shrunk divides by") ShrinkageScale shrinkageScale,
        @Meaning(
                        "largest share of a group's prompts in a step that one user may bring "
                                + "into the history, in (0, 1]; 1 for no cap")
                double userShareCap,
        @Meaning("rescaling of a step; couples groups, so tests of isolation turn it off")
                Whitening finalWhitening,
        @Meaning(
                        "factor on the advantages of each group, after whitening: none; "
                                + "inverse_share:G, where 1 gives every group the same total weight; "
                                + "dro:ETA, which turns to the groups that have gained least, 3 is a "
                                + "start")
                GroupWeight groupWeight,
        @Meaning(
                        "root mean square of the differences within prompts that every step's "
                                + "advantages are scaled to, last of all, so that methods are compared "
                                + "at the same step size; 0 for their own size")
                double advantageRms,
        @Meaning("factor on the rewards of a prompt; dr_grpo and rloo only")
                RewardRescaling rewardRescaling) {

    private static final Set<EstimatorKind> CENTRING =
            Set.of(EstimatorKind.DR_GRPO, EstimatorKind.RLOO);

    public AdvantageOptions {
        requireFrom0("epsilon", epsilon);
        requireFrom0("advantage_clip", advantageClip);
        requireFrom0("advantage_rms", advantageRms);
        if (!(userShareCap > 0 && userShareCap <= 1)) {
            throw new IllegalArgumentException(
                    "user_share_cap = " + userShareCap + ": must lie in (0, 1]; 1 means no cap");
        }
        if (!estimator.usesHistory()) {
            requireUnused(memory.equals(HistoryMemory.CUMULATIVE), "memory", memory, estimator);
            requireUnused(order.equals(HistoryOrder.UPDATE_FIRST), "order", order, estimator);
            requireUnused(userShareCap == 1, "user_share_cap", userShareCap, estimator);
        }
        if (estimator != EstimatorKind.P_GRPO) {
            boolean unused = baseline == HistoryBaseline.GROUP_HISTORY;
            requireUnused(unused, "baseline", Spelling.of(baseline), estimator);
        }
        if (estimator != EstimatorKind.P_GRPO_SHRUNK) {
            boolean unused = shrinkageScale == ShrinkageScale.WITHIN;
            requireUnused(unused, "shrinkage_scale", Spelling.of(shrinkageScale), estimator);
        } else if (memory.kind() == HistoryMemory.Kind.EMA) {
            throw new IllegalArgumentException(
                    "memory = "
                            + memory
                            + " with estimator = p_grpo_shrunk: a moving average of"
                            + " prompt statistics is not defined; use forget:RHO or window:K");
        }
        if (rewardRescaling != RewardRescaling.NONE && !CENTRING.contains(estimator)) {
            throw new IllegalArgumentException(
                    "reward_rescaling = "
                            + Spelling.of(rewardRescaling)
                            + " with estimator = "
                            + estimator.spelling()
                            + ": this estimator divides the factor out or stores it in its history;"
                            + " use dr_grpo or rloo");
        }
        if (advantageRms > 0 && finalWhitening == Whitening.BATCH_RMS) {
            throw new IllegalArgumentException(
                    "advantage_rms = "
                            + advantageRms
                            + " with final_whitening = batch_rms: the"
                            + " first undoes the second; set final_whitening = none");
        }
    }

    /** Ours: population std, 1e-6, clip 10, update first; whitening for the shrinkage estimator. */
    public static AdvantageOptions defaults(EstimatorKind estimator) {
        boolean shrunk = estimator == EstimatorKind.P_GRPO_SHRUNK;
        return new AdvantageOptions(
                estimator,
                Divisor.POP,
                1e-6,
                10,
                HistoryMemory.CUMULATIVE,
                HistoryOrder.UPDATE_FIRST,
                HistoryBaseline.GROUP_HISTORY,
                ShrinkageScale.WITHIN,
                1,
                shrunk ? Whitening.BATCH_RMS : Whitening.NONE,
                GroupWeight.NONE,
                0,
                RewardRescaling.NONE);
    }

    /**
     * TRL's constants: sample std, 1e-4, no clip.
     *
     * @param estimator {@code grpo} for scale_rewards group, {@code lite_ppo} for batch, {@code
     *     dr_grpo} for none, {@code gdpo} for normalize_then_sum
     */
    public static AdvantageOptions trl(EstimatorKind estimator) {
        return switch (estimator) {
            case GRPO, LITE_PPO, DR_GRPO, GDPO ->
                    defaults(estimator).withStd(Divisor.SAMPLE, 1e-4).withAdvantageClip(0);
            default ->
                    throw new IllegalArgumentException(
                            "estimator = "
                                    + estimator.spelling()
                                    + ": the trl preset has grpo, lite_ppo, dr_grpo and gdpo");
        };
    }

    /**
     * The same constants with another estimator: what that one does not read has its default, and
     * whitening is the estimator's own where no size is set.
     */
    public AdvantageOptions with(EstimatorKind other) {
        AdvantageOptions own = defaults(other);
        boolean history = other.usesHistory();
        boolean centres = other == EstimatorKind.DR_GRPO || other == EstimatorKind.RLOO;
        return new AdvantageOptions(
                other,
                std,
                epsilon,
                advantageClip,
                history ? memory : own.memory,
                history ? order : own.order,
                other == EstimatorKind.P_GRPO ? baseline : own.baseline,
                other == EstimatorKind.P_GRPO_SHRUNK ? shrinkageScale : own.shrinkageScale,
                history ? userShareCap : own.userShareCap,
                advantageRms > 0 || finalWhitening != Whitening.NONE
                        ? finalWhitening
                        : own.finalWhitening,
                groupWeight,
                advantageRms,
                centres ? rewardRescaling : own.rewardRescaling);
    }

    public AdvantageOptions withStd(Divisor newStd, double newEpsilon) {
        return new AdvantageOptions(
                estimator,
                newStd,
                newEpsilon,
                advantageClip,
                memory,
                order,
                baseline,
                shrinkageScale,
                userShareCap,
                finalWhitening,
                groupWeight,
                advantageRms,
                rewardRescaling);
    }

    public AdvantageOptions withAdvantageClip(double newClip) {
        return new AdvantageOptions(
                estimator,
                std,
                epsilon,
                newClip,
                memory,
                order,
                baseline,
                shrinkageScale,
                userShareCap,
                finalWhitening,
                groupWeight,
                advantageRms,
                rewardRescaling);
    }

    public AdvantageOptions withHistory(
            HistoryMemory newMemory, HistoryOrder newOrder, double newUserShareCap) {
        return new AdvantageOptions(
                estimator,
                std,
                epsilon,
                advantageClip,
                newMemory,
                newOrder,
                baseline,
                shrinkageScale,
                newUserShareCap,
                finalWhitening,
                groupWeight,
                advantageRms,
                rewardRescaling);
    }

    public AdvantageOptions withBaseline(HistoryBaseline newBaseline) {
        return new AdvantageOptions(
                estimator,
                std,
                epsilon,
                advantageClip,
                memory,
                order,
                newBaseline,
                shrinkageScale,
                userShareCap,
                finalWhitening,
                groupWeight,
                advantageRms,
                rewardRescaling);
    }

    public AdvantageOptions withShrinkageScale(ShrinkageScale newScale) {
        return new AdvantageOptions(
                estimator,
                std,
                epsilon,
                advantageClip,
                memory,
                order,
                baseline,
                newScale,
                userShareCap,
                finalWhitening,
                groupWeight,
                advantageRms,
                rewardRescaling);
    }

    /** With another size of advantages: weights per group, whitening, and a target RMS. */
    public AdvantageOptions withSize(
            Whitening newWhitening, GroupWeight newGroupWeight, double newAdvantageRms) {
        return new AdvantageOptions(
                estimator,
                std,
                epsilon,
                advantageClip,
                memory,
                order,
                baseline,
                shrinkageScale,
                userShareCap,
                newWhitening,
                newGroupWeight,
                newAdvantageRms,
                rewardRescaling);
    }

    public AdvantageOptions withRewardRescaling(RewardRescaling newRescaling) {
        return new AdvantageOptions(
                estimator,
                std,
                epsilon,
                advantageClip,
                memory,
                order,
                baseline,
                shrinkageScale,
                userShareCap,
                finalWhitening,
                groupWeight,
                advantageRms,
                newRescaling);
    }

    /**
     * The options that the estimator does not read, by key, and who reads them. Whatever their
     * value, no advantage changes.
     */
    public Map<String, String> unread() {
        Map<String, String> unread = new TreeMap<>();
        boolean history = estimator.usesHistory();
        boolean centresOnly = CENTRING.contains(estimator);
        boolean shrunk = estimator == EstimatorKind.P_GRPO_SHRUNK;
        if (centresOnly) {
            unread.put("epsilon", "dr_grpo and rloo divide by nothing; the others read it");
        }
        if (centresOnly || shrunk && order.equals(HistoryOrder.UPDATE_FIRST)) {
            unread.put(
                    "std",
                    "dr_grpo and rloo divide by nothing, p_grpo_shrunk has its own scale except"
                            + " under order = normalise_first; the others read it");
        }
        if (!history) {
            for (String key : List.of("memory", "order", "user_share_cap")) {
                unread.put(key, "p_grpo and p_grpo_shrunk read it, which keep a history");
            }
        }
        if (estimator != EstimatorKind.P_GRPO) {
            unread.put("baseline", "p_grpo alone reads it");
        }
        if (!shrunk) {
            unread.put("shrinkage_scale", "p_grpo_shrunk alone reads it");
        }
        if (!centresOnly) {
            unread.put("reward_rescaling", "dr_grpo and rloo alone read it");
        }
        unread.replaceAll((key, why) -> "estimator = " + Spelling.of(estimator) + "; " + why);
        return unread;
    }

    private static void requireFrom0(String key, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    key + " = " + value + ": must be finite and at least 0");
        }
    }

    private static void requireUnused(
            boolean unused, String key, Object value, EstimatorKind estimator) {
        if (!unused) {
            throw new IllegalArgumentException(
                    key
                            + " = "
                            + value
                            + " with estimator = "
                            + Spelling.of(estimator)
                            + ": this estimator does not read "
                            + key
                            + "; leave it out");
        }
    }
}
