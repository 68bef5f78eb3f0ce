package org.kindred.policy.advantage;

/** What a sum of squared deviations is divided by: {@code n} (ours) or {@code n - 1} (TRL). */
public enum Divisor {
    POP,
    SAMPLE;

    /** Variance; NaN where there are too few values. */
    double variance(double squares, double count) {
        double divisor = this == POP ? count : count - 1;
        return divisor > 0 ? squares / divisor : Double.NaN;
    }
}
