package org.kindred.policy.grpo;

import java.util.List;

/** Judges what a policy wrote. */
@FunctionalInterface
public interface RewardFunction {

    /**
     * Judges completions of one prompt.
     *
     * @param completions decoded texts, special tokens left out
     * @return one outcome per completion, in their order. Only {@link ScoreOutcome.Scored} counts:
     *     the others leave the loss and every statistic as if the completion did not exist
     */
    List<ScoreOutcome> score(PolicyPrompt prompt, List<String> completions);
}
