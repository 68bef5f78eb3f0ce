package org.kindred.policy.grpo;

import java.util.ArrayList;
import java.util.List;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.tokenizer.Answers;

/**
 * What the policy wrote in a step.
 *
 * @param prompts of the step
 * @param completions [prompts][completions]
 * @param texts [prompts][completions], what was answered: special tokens left out, and the
 *     reasoning unless it is kept
 * @param stale whether the policy has been updated since
 */
record Rollout(
        List<PolicyPrompt> prompts,
        List<List<Completion>> completions,
        List<List<String>> texts,
        boolean stale) {

    /** The same, after an update of the policy. */
    Rollout outdated() {
        return new Rollout(prompts, completions, texts, true);
    }

    static Rollout sample(
            Generator generator,
            Answers answers,
            List<PolicyPrompt> prompts,
            int completionsPerPrompt,
            SamplingOptions sampling,
            SeedTree seeds) {
        List<int[]> tokens = prompts.stream().map(PolicyPrompt::tokens).toList();
        List<List<Completion>> completions =
                generator.generate(tokens, completionsPerPrompt, sampling, seeds);
        return of(answers, prompts, completions, false);
    }

    /** With the texts of given completions. */
    static Rollout of(
            Answers answers,
            List<PolicyPrompt> prompts,
            List<List<Completion>> completions,
            boolean stale) {
        List<List<String>> texts = new ArrayList<>();
        for (int j = 0; j < prompts.size(); j++) {
            int[] prompt = prompts.get(j).tokens();
            texts.add(
                    completions.get(j).stream()
                            .map(completion -> answers.text(prompt, completion.tokens()))
                            .toList());
        }
        return new Rollout(prompts, completions, texts, stale);
    }
}
