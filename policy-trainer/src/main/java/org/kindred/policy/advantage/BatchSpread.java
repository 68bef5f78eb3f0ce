package org.kindred.policy.advantage;

import java.util.Arrays;

/** Values that are already centred, divided by a spread over the whole step. */
final class BatchSpread {

    private BatchSpread() {}

    /** {@code centred / (std(population) + epsilon)}; centred zeros stay exactly 0. */
    static double[][] scaled(
            double[][] centred, double[] population, Divisor divisor, double epsilon) {
        boolean equal = PromptRewards.allEqual(population);
        double scale = equal ? epsilon : Moments.of(population).std(divisor) + epsilon;
        double[][] advantages = new double[centred.length][];
        for (int j = 0; j < centred.length; j++) {
            advantages[j] = new double[centred[j].length];
            for (int i = 0; i < centred[j].length && !equal; i++) {
                advantages[j][i] = centred[j][i] / scale;
            }
        }
        return advantages;
    }

    static double[] flat(double[][] values) {
        return Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray();
    }
}
