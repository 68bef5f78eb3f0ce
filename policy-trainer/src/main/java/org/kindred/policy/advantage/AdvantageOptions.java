package org.kindred.policy.advantage;

import org.kindred.policy.Spelling;

/**
 * How rewards become advantages.
 *
 * @param estimator the method
 * @param std divisor of every standard deviation taken over rewards; the shrinkage estimator has
 *     its own
 * @param epsilon added to a standard deviation; smaller values amplify nearly equal rewards
 * @param advantageClip bound on the size of an advantage, applied before whitening; 0 for none
 * @param memory how long a history remembers; {@code p_grpo_shrunk} does not define {@code ema}
 * @param order whether a step enters the history before it is normalised by it
 * @param baseline what {@code p_grpo} compares with
 * @param shrinkageScale what {@code p_grpo_shrunk} divides by
 * @param userShareCap largest share of a group's prompts in a step that one user may bring into the
 *     history, in (0, 1]; 1 for no cap
 * @param finalWhitening rescaling of a step; couples groups, so tests of isolation turn it off
 * @param groupWeight factor on the advantages of each group, after whitening
 * @param advantageRms root mean square that every step's advantages are scaled to, last of all, so
 *     that methods are compared at the same step size; 0 for their own size
 * @param rewardRescaling factor on the rewards of a prompt; {@code dr_grpo} and {@code rloo} only
 */
public record AdvantageOptions(
        EstimatorKind estimator,
        Divisor std,
        double epsilon,
        double advantageClip,
        HistoryMemory memory,
        HistoryOrder order,
        HistoryBaseline baseline,
        ShrinkageScale shrinkageScale,
        double userShareCap,
        Whitening finalWhitening,
        GroupWeight groupWeight,
        double advantageRms,
        RewardRescaling rewardRescaling) {

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
            requireUnused(unused, "baseline", baseline.spelling(), estimator);
        }
        if (estimator != EstimatorKind.P_GRPO_SHRUNK) {
            boolean unused = shrinkageScale == ShrinkageScale.WITHIN;
            requireUnused(unused, "shrinkage_scale", shrinkageScale.spelling(), estimator);
        } else if (memory.kind() == HistoryMemory.Kind.EMA) {
            throw new IllegalArgumentException(
                    "memory = "
                            + memory
                            + " with estimator = p_grpo_shrunk: a moving average of"
                            + " prompt statistics is not defined; use forget:RHO or window:K");
        }
        boolean centres = estimator == EstimatorKind.DR_GRPO || estimator == EstimatorKind.RLOO;
        if (rewardRescaling != RewardRescaling.NONE && !centres) {
            throw new IllegalArgumentException(
                    "reward_rescaling = "
                            + rewardRescaling.spelling()
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
