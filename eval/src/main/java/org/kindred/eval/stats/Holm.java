package org.kindred.eval.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Holm's step-down adjustment for several tests (Scandinavian Journal of Statistics 6, 1979): the
 * chance of one or more false discoveries among all stays below the level at which the adjusted p
 * are read, whatever the tests' dependence.
 *
 * <p>{@code adjusted p(i) = max over j <= i of min(1, (m - j + 1) p(j))}, p(1) the smallest.
 */
public final class Holm {
    private Holm() {}

    /**
     * Adjusted p in the order given. NaN, a test that could not be made, stays NaN and does not
     * count.
     */
    public static double[] adjust(double... p) {
        Integer[] order =
                IntStream.range(0, p.length)
                        .filter(i -> !Double.isNaN(p[i]))
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> p[i]))
                        .toArray(Integer[]::new);
        double[] adjusted = new double[p.length];
        Arrays.fill(adjusted, Double.NaN);
        double most = 0;
        for (int rank = 0; rank < order.length; rank++) {
            most = Math.max(most, Math.min(1, (order.length - rank) * p[order[rank]]));
            adjusted[order[rank]] = most;
        }
        return adjusted;
    }
}
