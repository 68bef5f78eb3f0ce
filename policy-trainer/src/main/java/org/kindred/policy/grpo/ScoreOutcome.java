package org.kindred.policy.grpo;

import java.util.Map;
import java.util.TreeMap;

/** What a judge said of one response. A failure is never a number. */
public sealed interface ScoreOutcome {

    /**
     * A usable judgement.
     *
     * @param value finite total on the rubric's scale, 1 to 10
     */
    record Scored(double value) implements ScoreOutcome {
        public Scored {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        "value = " + value + ": a score is finite; use Failed");
            }
        }
    }

    /** The judge declined. */
    record Abstained(String reason) implements ScoreOutcome {}

    /** No usable judgement after {@code attempts} tries. */
    record Failed(String reason, int attempts) implements ScoreOutcome {}

    /** Why there are no scores, by reason with how many. */
    static Map<String, Integer> failures(Iterable<ScoreOutcome> outcomes) {
        Map<String, Integer> failures = new TreeMap<>();
        for (ScoreOutcome outcome : outcomes) {
            if (outcome instanceof Failed failed) {
                failures.merge(failed.reason(), 1, Integer::sum);
            } else if (outcome instanceof Abstained abstained) {
                failures.merge(abstained.reason(), 1, Integer::sum);
            }
        }
        return failures;
    }
}
