package org.kindred.policy.grpo;

import java.util.List;
import java.util.Map;

/**
 * What a judge said of the completions of one prompt, and what stands behind it.
 *
 * @param outcomes one a completion, in order
 * @param counts by name, for example {@code tokens}: numbers of which the sum over a step means
 *     something. The same calls give the same counts, whoever asked when
 */
public record Judgement(List<ScoreOutcome> outcomes, Map<String, Double> counts) {
    public Judgement {
        outcomes = List.copyOf(outcomes);
    }
}
