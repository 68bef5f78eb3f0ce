package org.kindred.policy.advantage;

import java.util.Arrays;
import java.util.List;

/**
 * GDPO (arXiv 2601.05242), TRL's {@code normalize_then_sum}: every reward function is normalised
 * inside the prompt before the functions are summed, so that one on a large scale does not drown
 * the others.
 *
 * <pre>
 * Z_i = sum_f w_f * (r_fi - mean_f) / (std_f + epsilon)      over the functions that scored i
 * A   = (Z - mean of the step) / (std of the step + epsilon)
 * </pre>
 *
 * @param weights one per reward function
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to compute with, never compared as a value
record Gdpo(double[] weights, Divisor divisor, double epsilon) implements AdvantageEstimator {

    @Override
    public double[][] advantages(List<PromptRewards> step) {
        double[][] sums = step.stream().map(this::normalisedSums).toArray(double[][]::new);
        return ReinforcePp.standardised(sums, divisor, epsilon);
    }

    private double[] normalisedSums(PromptRewards prompt) {
        double[] sums = new double[prompt.rewards().length];
        for (int function = 0; function < weights.length; function++) {
            double[] part = prompt.parts()[function];
            double[] scored = Arrays.stream(part).filter(r -> !Double.isNaN(r)).toArray();
            if (scored.length < 2) {
                continue; // one score alone says nothing about better or worse
            }
            double[] normalised = new Grpo(divisor, epsilon).ofPrompt(scored);
            int next = 0;
            for (int i = 0; i < part.length; i++) {
                if (!Double.isNaN(part[i])) {
                    sums[i] += weights[function] * normalised[next++];
                }
            }
        }
        return sums;
    }
}
