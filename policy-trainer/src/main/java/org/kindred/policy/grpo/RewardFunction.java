package org.kindred.policy.grpo;

import java.util.List;
import java.util.Map;

/** Judges what a policy wrote. */
@FunctionalInterface
public interface RewardFunction {

    /**
     * Judges completions of one prompt.
     *
     * @param completions what was answered, as text: special tokens left out, and reasoning before
     *     the answer unless {@code scoring.keep_reasoning}
     * @return one outcome per completion, in their order. Only {@link ScoreOutcome.Scored} counts:
     *     the others leave the loss and every statistic as if the completion did not exist
     */
    List<ScoreOutcome> score(PolicyPrompt prompt, List<String> completions);

    /** As {@link #score}, with counts of what stands behind the scores. */
    default Judgement judge(PolicyPrompt prompt, List<String> completions) {
        return new Judgement(score(prompt, completions), Map.of());
    }

    /**
     * What is logged of a step as {@code judge/NAME}.
     *
     * @param sums of the counts of all judgements of the step, by name
     */
    default Map<String, Double> metrics(Map<String, Double> sums) {
        return sums;
    }
}
