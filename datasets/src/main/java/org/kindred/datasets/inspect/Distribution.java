package org.kindred.datasets.inspect;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Numbers in short: quantiles by linear interpolation, and a histogram of equal-width bins.
 *
 * @param histogram counts from {@code min} to {@code max}
 */
public record Distribution(
        long count,
        double min,
        double p05,
        double p25,
        double median,
        double p75,
        double p95,
        double max,
        double mean,
        List<Long> histogram) {
    private static final int BINS = 20;

    public Distribution {
        histogram = List.copyOf(histogram);
    }

    /** Of no numbers: all zero, without bins. */
    public static Distribution of(Collection<? extends Number> values) {
        double[] sorted = values.stream().mapToDouble(Number::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            return new Distribution(0, 0, 0, 0, 0, 0, 0, 0, 0, List.of());
        }
        return new Distribution(
                sorted.length,
                sorted[0],
                quantile(sorted, 0.05),
                quantile(sorted, 0.25),
                quantile(sorted, 0.5),
                quantile(sorted, 0.75),
                quantile(sorted, 0.95),
                sorted[sorted.length - 1],
                Arrays.stream(sorted).average().orElse(0),
                bins(sorted));
    }

    private static double quantile(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    private static List<Long> bins(double[] sorted) {
        long[] counts = new long[BINS];
        double width = (sorted[sorted.length - 1] - sorted[0]) / BINS;
        for (double value : sorted) {
            int bin = width == 0 ? 0 : (int) ((value - sorted[0]) / width);
            counts[Math.min(bin, BINS - 1)]++;
        }
        return IntStream.range(0, BINS).mapToObj(bin -> counts[bin]).toList();
    }
}
