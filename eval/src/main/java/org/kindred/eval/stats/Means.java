package org.kindred.eval.stats;

import java.util.List;

/** Mean and spread of a few numbers. */
public final class Means {
    private Means() {}

    /** NaN of no values. */
    public static double of(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** Sample standard deviation (n - 1); 0 of fewer than two values. */
    public static double deviation(List<Double> values) {
        double mean = of(values);
        double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
    }
}
