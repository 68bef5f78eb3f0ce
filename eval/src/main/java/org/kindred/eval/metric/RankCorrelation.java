package org.kindred.eval.metric;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** How far two lists of numbers order the same things alike; NaN where that is not defined. */
public final class RankCorrelation {
    private RankCorrelation() {}

    /**
     * Spearman's rho: Pearson's correlation of mid-ranks; without ties {@code 1 - 6 sum d^2 / (n
     * (n^2 - 1))}. A constant list has none.
     */
    public static double spearman(double[] first, double[] second) {
        requireEqualLength(first, second);
        double[] a = midRanks(first);
        double[] b = midRanks(second);
        double mean = (a.length + 1) / 2.0;
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (a[i] - mean) * (b[i] - mean);
            squaresA += (a[i] - mean) * (a[i] - mean);
            squaresB += (b[i] - mean) * (b[i] - mean);
        }
        double scale = Math.sqrt(squaresA) * Math.sqrt(squaresB);
        return scale == 0 ? Double.NaN : product / scale;
    }

    /** Ranks from 1; equal values share the mean of their ranks. */
    static double[] midRanks(double[] values) {
        Integer[] order =
                IntStream.range(0, values.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> values[i]))
                        .toArray(Integer[]::new);
        double[] ranks = new double[values.length];
        for (int from = 0; from < order.length; ) {
            int to = from + 1;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order[i]] = (from + to + 1) / 2.0;
            }
            from = to;
        }
        return ranks;
    }

    private static void requireEqualLength(double[] first, double[] second) {
        if (first.length != second.length || !allNumbers(first) || !allNumbers(second)) {
            throw new IllegalArgumentException(
                    "lists of "
                            + first.length
                            + " and "
                            + second.length
                            + " values: must be equally long and hold no NaN");
        }
    }

    private static boolean allNumbers(double[] values) {
        return Arrays.stream(values).noneMatch(Double::isNaN);
    }
}
