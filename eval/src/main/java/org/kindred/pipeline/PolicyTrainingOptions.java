package org.kindred.pipeline;

import java.util.EnumSet;
import java.util.List;
import org.kindred.policy.advantage.AdvantageOptions;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.grpo.BatchOptions;
import org.kindred.policy.grpo.RegularisationOptions;
import org.kindred.policy.grpo.ScoringOptions;
import org.kindred.policy.grpo.TrainerOptions;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.LoraOptions;
import org.kindred.policy.objective.ObjectiveOptions;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.run.Watch;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.reward.prototype.PreferenceGroups;

/**
 * {@code kindred policy train}.
 *
 * @param seed of everything random
 * @param prompts where prompts come from
 * @param historyItems most past texts of a user that a task with candidates shows
 * @param persona whether the judge's persona of the user stands in the system message; embedded
 *     judge only
 * @param raw prompts as plain text, without the chat template
 * @param rewards what is rewarded, with weights
 * @param judge {@code rubric}, {@code openai:URL#MODEL}, {@code ollama:URL#MODEL}, {@code
 *     local:DIR}, or {@code run:DIR} for that of a {@code reward derive} run
 * @param groups what the preference group of a prompt is
 * @param groupLevel for prototypes of a language-model judge: one cell a user, or one a scenario
 * @param heldOutShare of the items, measured and never learned from; 0 for no validation
 * @param heldOutMost most held-out items
 * @param selectBy number of the held-out items that chooses the best checkpoint; {@code auto} is
 *     {@code ndcg} where there are candidates, else {@code reference_log_prob}
 * @param validation how often it is measured, and when the run stops early
 * @param guards limits that stop a run which diverges
 * @param samplesEvery steps between completions in {@code samples.jsonl}; 0 for none
 * @param checkpoints how often, how many
 * @param loraRank rank of the adapters that are trained; 0 trains all weights
 * @param loraAlpha numerator of their scale
 * @param reward options of the judge
 * @param engine device, precision, threads
 */
public record PolicyTrainingOptions(
        long seed,
        PromptSource prompts,
        int historyItems,
        boolean persona,
        boolean raw,
        List<RewardTerm> rewards,
        String judge,
        GroupLabels groups,
        PreferenceGroups.Level groupLevel,
        double heldOutShare,
        int heldOutMost,
        String selectBy,
        Watch.Validation.Options validation,
        Watch.Guards guards,
        int samplesEvery,
        TrainingRun.Options checkpoints,
        int loraRank,
        double loraAlpha,
        int steps,
        BatchOptions batch,
        OptimizerOptions optimizer,
        SamplingOptions sampling,
        AdvantageOptions advantage,
        ObjectiveOptions objective,
        RegularisationOptions regularisation,
        boolean maskTruncatedCompletions,
        ScoringOptions scoring,
        RewardOptions reward,
        EngineOptions engine) {

    public PolicyTrainingOptions {
        rewards = List.copyOf(rewards);
        if (rewards.isEmpty()
                || rewards.stream().map(RewardTerm::kind).distinct().count() < rewards.size()) {
            throw new IllegalArgumentException(
                    "rewards = " + rewards + ": name at least one, each once");
        }
        if (historyItems < 0) {
            throw new IllegalArgumentException(
                    "history_items = " + historyItems + ": must be 0 or more");
        }
        if (!(heldOutShare >= 0 && heldOutShare < 1) || heldOutMost < 1) {
            throw new IllegalArgumentException(
                    "held_out_share = "
                            + heldOutShare
                            + ", held_out_most = "
                            + heldOutMost
                            + ": the share must be in [0, 1), for example 0.1, the number at least 1");
        }
        if (loraRank < 0) {
            throw new IllegalArgumentException(
                    "lora_rank = " + loraRank + ": must be 0 (train all weights) or more");
        }
        new Watch(guards, null, samplesEvery);
    }

    /** P-GRPO on the prompts of choices, judged by the rubric judge, groups by prototypes. */
    public static PolicyTrainingOptions defaults() {
        TrainerOptions trainer = TrainerOptions.defaults();
        return new PolicyTrainingOptions(
                42,
                PromptSource.PREFERENCES,
                20,
                true,
                false,
                List.of(RewardTerm.parse("judge")),
                "rubric",
                GroupLabels.PROTOTYPES,
                PreferenceGroups.Level.USER,
                0.1,
                200,
                "auto",
                Watch.Validation.Options.defaults(),
                Watch.Guards.NONE,
                0,
                TrainingRun.Options.defaults(),
                0,
                LoraOptions.defaults().alpha(),
                trainer.steps(),
                trainer.batch(),
                trainer.optimizer(),
                trainer.sampling(),
                trainer.advantage(),
                trainer.objective(),
                trainer.regularisation(),
                trainer.maskTruncatedCompletions(),
                trainer.scoring(),
                RewardOptions.defaults(),
                EngineOptions.defaults());
    }

    /** With the defaults of another estimator. */
    public PolicyTrainingOptions withEstimator(EstimatorKind estimator) {
        return new PolicyTrainingOptions(
                seed,
                prompts,
                historyItems,
                persona,
                raw,
                rewards,
                judge,
                groups,
                groupLevel,
                heldOutShare,
                heldOutMost,
                selectBy,
                validation,
                guards,
                samplesEvery,
                checkpoints,
                loraRank,
                loraAlpha,
                steps,
                batch,
                optimizer,
                sampling,
                AdvantageOptions.defaults(estimator),
                objective,
                regularisation,
                maskTruncatedCompletions,
                scoring,
                reward,
                engine);
    }

    TrainerOptions trainer() {
        return new TrainerOptions(
                steps,
                batch,
                optimizer,
                sampling,
                advantage,
                objective,
                regularisation,
                maskTruncatedCompletions,
                scoring,
                seed);
    }

    LoraOptions lora() {
        LoraOptions all = LoraOptions.defaults();
        return new LoraOptions(loraRank, loraAlpha, false, EnumSet.copyOf(all.targets()));
    }
}
