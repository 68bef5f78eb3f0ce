package org.kindred.policy.grpo;

import java.util.ArrayList;
import java.util.List;
import org.kindred.policy.advantage.AdvantageOptions;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.objective.ObjectiveOptions;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.schedule.EntropyBonus;
import org.kindred.policy.schedule.KlSchedule;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.policy.tokenizer.Tokenizer;

/** A run small enough for tests: two groups, byte tokens, letters as reward. */
final class TinyRun {

    private TinyRun() {}

    /** Group {@code lower} likes small letters, group {@code digits} likes digits. */
    static List<PolicyPrompt> prompts() {
        List<PolicyPrompt> prompts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String group = i < 4 ? "lower" : "digits";
            int[] tokens = {i < 4 ? 70 : 80, 90 + i};
            prompts.add(new PolicyPrompt("p" + i, group, "user" + i, tokens));
        }
        return prompts;
    }

    /** Share of a completion's characters that its group likes. */
    static List<ScoreOutcome> likedShare(PolicyPrompt prompt, List<String> completions) {
        boolean lower = prompt.group().equals("lower");
        List<ScoreOutcome> outcomes = new ArrayList<>();
        for (String text : completions) {
            long liked =
                    text.chars()
                            .filter(c -> lower ? c >= 'a' && c <= 'z' : c >= '0' && c <= '9')
                            .count();
            outcomes.add(new ScoreOutcome.Scored((double) liked / Math.max(1, text.length())));
        }
        return outcomes;
    }

    static TrainerInputs inputs(CausalLm policy, CausalLm reference, Tokenizer tokenizer) {
        return new TrainerInputs(
                policy,
                reference,
                tokenizer,
                prompts(),
                List.of(RewardSource.of("liked", TinyRun::likedShare)));
    }

    static TrainerOptions options(EstimatorKind estimator, int steps, double beta) {
        TrainerOptions ours = TrainerOptions.defaults();
        return new TrainerOptions(
                steps,
                new BatchOptions(4, 8, GroupSampling.BALANCED, 2, 10),
                new OptimizerOptions(
                        2e-2, LearningRateSchedule.Shape.CONSTANT, 0, AdamWOptions.defaults()),
                new SamplingOptions(6, 1, 0, 1, 0, 1),
                AdvantageOptions.defaults(estimator),
                ObjectiveOptions.defaults(),
                new RegularisationOptions(beta, KlSchedule.CONSTANT, EntropyBonus.NONE),
                false,
                ours.scoring(),
                7);
    }
}
