package org.kindred.reward.chain;

import java.util.List;

/**
 * One line of a rubric, applied.
 *
 * @param name what is wanted, in words
 * @param weight per cent, positive
 * @param scores 1 to 10 for each response in order; empty if the writer gave no breakdown
 */
public record ChainCriterion(String name, double weight, List<Double> scores) {

    public ChainCriterion {
        scores = List.copyOf(scores);
        if (!(weight > 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException(
                    "weight = " + weight + ": must be positive and finite, in per cent");
        }
    }
}
