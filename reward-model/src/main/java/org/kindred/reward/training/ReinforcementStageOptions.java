package org.kindred.reward.training;

import org.kindred.options.Meaning;
import org.kindred.policy.advantage.AdvantageOptions;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.advantage.GroupWeight;
import org.kindred.policy.grpo.BatchOptions;
import org.kindred.policy.grpo.GroupSampling;
import org.kindred.policy.grpo.RegularisationOptions;
import org.kindred.policy.grpo.ScoringOptions;
import org.kindred.policy.grpo.TrainerOptions;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.objective.ObjectiveOptions;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.schedule.EntropyBonus;
import org.kindred.policy.schedule.KlSchedule;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.reward.chain.StageReward;

/** A stage of reinforcement on chains; by GRPO unless another estimator is named. */
public record ReinforcementStageOptions(
        @Meaning("weights of coverage and outcome, and the penalty of unreadable chains")
                StageReward reward,
        @Meaning(value = "rollouts, each learned from once", essential = true) int steps,
        @Meaning("of rollouts") double temperature,
        @Meaning(
                        "weight of the KL term to the stage's start; another number than the "
                                + "reward's beta")
                double klBeta,
        @Meaning("pairs a step, chains a pair") BatchOptions batch,
        @Meaning(
                        "how rewards become advantages; p_grpo and p_grpo_shrunk need groups, which say whose"
                                + " history a pair belongs to")
                AdvantageOptions advantage,
        @Meaning("rate, schedule and AdamW") OptimizerOptions optimizer) {
    public ReinforcementStageOptions {
        if (steps < 1) {
            throw new IllegalArgumentException("steps = " + steps + ": must be at least 1");
        }
        if (reward.alpha() == 0 && reward.beta() == 0) {
            throw new IllegalArgumentException(
                    "alpha = 0, beta = 0: there is nothing to be rewarded; leave the stage out");
        }
    }

    /** K 8, batches of 256 pairs at 1e-6, KL 0.001, temperature 0.7; the paper prints none. */
    static ReinforcementStageOptions defaults(StageReward reward) {
        return new ReinforcementStageOptions(
                reward,
                100,
                0.7,
                0.001,
                new BatchOptions(256, 8, GroupSampling.NATURAL, 1, 16),
                AdvantageOptions.defaults(EstimatorKind.GRPO),
                new OptimizerOptions(
                        1e-6, LearningRateSchedule.Shape.CONSTANT, 0, AdamWOptions.defaults()));
    }

    ReinforcementStageOptions with(StageReward changed) {
        return new ReinforcementStageOptions(
                changed, steps, temperature, klBeta, batch, advantage, optimizer);
    }

    TrainerOptions trainer(int newTokens, int prompts, long seed) {
        int places = Math.min(batch.promptsPerStep(), prompts);
        return new TrainerOptions(
                steps,
                new BatchOptions(
                        places,
                        batch.completionsPerPrompt(),
                        batch.groupSampling(),
                        batch.innerEpochs(),
                        batch.microBatchRows()),
                optimizer.forUpdates(steps * batch.innerEpochs()),
                sampling(newTokens),
                advantage,
                ObjectiveOptions.defaults(),
                new RegularisationOptions(klBeta, KlSchedule.CONSTANT, EntropyBonus.NONE),
                false,
                ScoringOptions.defaults(),
                seed);
    }

    /**
     * Refuses what a stage cannot do, before anything is trained.
     *
     * @param key of the stage, for messages
     */
    void require(String key, PairGroups groups) {
        if (advantage.estimator() == EstimatorKind.GDPO) {
            throw new IllegalArgumentException(
                    key
                            + ".advantage.estimator = gdpo: normalises several rewards one by one, and there is"
                            + " one here, the chain's; use grpo");
        }
        if (groups.kind() == PairGroups.Kind.NONE) {
            if (advantage.estimator().usesHistory()) {
                throw withoutGroups(
                        key + ".advantage.estimator = " + advantage.estimator().spelling());
            }
            if (advantage.groupWeight().kind() != GroupWeight.Kind.NONE) {
                throw withoutGroups(key + ".advantage.group_weight = " + advantage.groupWeight());
            }
            if (batch.groupSampling().kind() != GroupSampling.Kind.NATURAL) {
                throw withoutGroups(key + ".batch.group_sampling = " + batch.groupSampling());
            }
        }
        try {
            trainer(1, batch.promptsPerStep(), 0);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }

    private static IllegalArgumentException withoutGroups(String what) {
        return new IllegalArgumentException(
                what
                        + " with groups = none: there are no preference groups to compare within; set groups ="
                        + " prototypes (the teacher's cells of users), run:DIR (those of a run) or single"
                        + " (one for all, a control)");
    }

    SamplingOptions sampling(int newTokens) {
        return new SamplingOptions(newTokens, temperature, 0, 1, 0, 1);
    }
}
