package org.kindred.pipeline;

import java.util.List;
import org.kindred.options.Meaning;
import org.kindred.policy.advantage.AdvantageOptions;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.advantage.GroupWeight;
import org.kindred.policy.advantage.Whitening;
import org.kindred.policy.grpo.BatchOptions;
import org.kindred.policy.grpo.GroupSampling;
import org.kindred.policy.grpo.RegularisationOptions;
import org.kindred.policy.grpo.ScoringOptions;
import org.kindred.policy.grpo.TrainerOptions;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.objective.ObjectiveOptions;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.run.Watch;
import org.kindred.policy.schedule.EntropyBonus;
import org.kindred.policy.schedule.KlSchedule;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.reward.RewardUnit;

/** Reinforcement learning of one arm. What all arms of a recipe share stands under its key. */
public record ReinforcementOptions(
        @Meaning("where prompts come from: preferences (the users' own), or tasks")
                PromptSource prompts,
        @Meaning(
                        "most prompts, drawn by the seed; 0 for all. A served judge writes a persona for each")
                int maxPrompts,
        @Meaning("most past texts of a user that a task with candidates shows") int historyItems,
        @Meaning(
                        value =
                                "what is rewarded, weight behind a colon: judge, next_item, similarity, fluency",
                        essential = true)
                List<RewardTerm> rewards,
        @Meaning(
                        "unit of the judge's reward: logit, which is worth as much for every user, or"
                                + " points, 1 to 10 on the user's own rating scale")
                RewardUnit judgeUnit,
        @Meaning(value = "rollouts, each learned from once", essential = true) int steps,
        @Meaning("how much goes into a step, and how groups are drawn") BatchOptions batch,
        @Meaning("rate, schedule, AdamW") OptimizerOptions optimizer,
        @Meaning("how completions are drawn") SamplingOptions sampling,
        @Meaning("how rewards become advantages") AdvantageOptions advantage,
        @Meaning("the loss") ObjectiveOptions objective,
        @Meaning("ties to the start, entropy") RegularisationOptions regularisation,
        @Meaning("leave completions that hit the length limit out of the loss")
                boolean maskTruncatedCompletions,
        @Meaning("how judgements are asked for, and how many of a step may fail")
                ScoringOptions scoring,
        @Meaning(
                        "share of the prompts that is measured and never learned from, and chooses the best"
                                + " checkpoint; 0 takes the last one")
                double heldOutShare,
        @Meaning("most held-out prompts") int heldOutMax,
        @Meaning(
                        "number of the held-out prompts that chooses: auto (ndcg where there are candidates, else"
                                + " reference_log_prob), preference_accuracy, hr_1, hr_5, hr_10; or worst_group:METRIC"
                                + " or group_mean:METRIC, the least and the unweighted mean of the preference groups,"
                                + " where a metric over all favours the majority")
                SelectBy selectBy,
        @Meaning("how often it is measured, and when the run stops early")
                Watch.Validation.Options validation,
        @Meaning("limits that stop a run which diverges") Watch.Guards guards,
        @Meaning(
                        "steps between completions in samples.jsonl, which are texts about people; 0 for none")
                int samplesEvery,
        @Meaning("adapters instead of all weights") AdapterOptions lora,
        @Meaning("how often training is saved, how many are kept")
                TrainingRun.Options checkpoints) {

    public ReinforcementOptions {
        rewards = List.copyOf(rewards);
        if (rewards.isEmpty()
                || rewards.stream().map(RewardTerm::kind).distinct().count() < rewards.size()) {
            throw new IllegalArgumentException(
                    "rewards = " + rewards + ": name at least one, each once");
        }
        if (historyItems < 0 || maxPrompts < 0) {
            throw new IllegalArgumentException(
                    "history_items = "
                            + historyItems
                            + ", max_prompts = "
                            + maxPrompts
                            + ": must be 0 or more");
        }
        if (!(heldOutShare >= 0 && heldOutShare < 1) || heldOutMax < 1) {
            throw new IllegalArgumentException(
                    "held_out_share = "
                            + heldOutShare
                            + ", held_out_max = "
                            + heldOutMax
                            + ": the share must be in [0, 1), for example 0.1, the number at least 1");
        }
        new Watch(guards, null, samplesEvery);
    }

    /** For the small decoder of a default run; advantages of all arms have one size. */
    public static ReinforcementOptions defaults() {
        return new ReinforcementOptions(
                PromptSource.PREFERENCES,
                0,
                20,
                List.of(RewardTerm.parse("judge"), RewardTerm.parse("fluency:4")),
                RewardUnit.LOGIT,
                40,
                new BatchOptions(8, 8, GroupSampling.BALANCED, 1, 32),
                new OptimizerOptions(
                        2e-4, LearningRateSchedule.Shape.LINEAR, 5, AdamWOptions.defaults()),
                new SamplingOptions(64, 0.8, 0, 1.0, 0.0, 1.0),
                AdvantageOptions.defaults(EstimatorKind.P_GRPO)
                        .withSize(Whitening.NONE, GroupWeight.NONE, 1.0),
                ObjectiveOptions.defaults(),
                new RegularisationOptions(0.05, KlSchedule.CONSTANT, EntropyBonus.NONE),
                false,
                ScoringOptions.defaults(),
                0,
                200,
                SelectBy.parse(SelectBy.AUTO),
                Watch.Validation.Options.defaults(),
                Watch.Guards.NONE,
                0,
                AdapterOptions.none(),
                TrainingRun.Options.defaults());
    }

    TrainerOptions trainer(long seed) {
        return new TrainerOptions(
                steps,
                batch,
                optimizer.forUpdates(steps * batch.innerEpochs()),
                sampling,
                advantage,
                objective,
                regularisation,
                maskTruncatedCompletions,
                scoring,
                seed);
    }

    /** The same by another estimator; what it does not read is as if it had not been said. */
    ReinforcementOptions with(EstimatorKind estimator) {
        return new ReinforcementOptions(
                prompts,
                maxPrompts,
                historyItems,
                rewards,
                judgeUnit,
                steps,
                batch,
                optimizer,
                sampling,
                advantage.with(estimator),
                objective,
                regularisation,
                maskTruncatedCompletions,
                scoring,
                heldOutShare,
                heldOutMax,
                selectBy,
                validation,
                guards,
                samplesEvery,
                lora,
                checkpoints);
    }

    boolean rewards(RewardTerm.Kind kind) {
        return rewards.stream().anyMatch(term -> term.kind() == kind);
    }
}
