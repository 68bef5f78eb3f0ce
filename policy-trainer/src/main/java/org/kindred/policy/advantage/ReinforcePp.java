package org.kindred.policy.advantage;

import java.util.List;

/**
 * REINFORCE++ (arXiv 2501.03262): {@code A = (r - mean) / (std + epsilon)} over all completions of
 * the step. A step whose rewards are all equal gives exactly 0.
 */
record ReinforcePp(Divisor divisor, double epsilon) implements AdvantageEstimator {

    @Override
    public double[][] advantages(List<PromptRewards> step) {
        return standardised(
                step.stream().map(PromptRewards::rewards).toArray(double[][]::new),
                divisor,
                epsilon);
    }

    /** All values less their common mean, over their common standard deviation. */
    static double[][] standardised(double[][] values, Divisor divisor, double epsilon) {
        double[] all = BatchSpread.flat(values);
        boolean equal = PromptRewards.allEqual(all);
        Moments batch = Moments.of(all);
        double scale = batch.std(divisor) + epsilon;
        double[][] advantages = new double[values.length][];
        for (int j = 0; j < values.length; j++) {
            advantages[j] = new double[values[j].length];
            for (int i = 0; i < values[j].length && !equal; i++) {
                advantages[j][i] = (values[j][i] - batch.mean()) / scale;
            }
        }
        return advantages;
    }
}
