package org.kindred.policy.advantage;

/**
 * Centre and scale that a group's history gives to a reward: P-GRPO's {@code (r - mu_p) / (sigma_p
 * + epsilon)} (arXiv 2603.10009). While {@code sigma_p} is below 1e-8 rewards are only centred.
 *
 * @param centre mean of the history; 0 of an empty one
 * @param divisor what a centred reward is divided by, above 0
 */
public record HistoryScale(double centre, double divisor) {

    /** Epsilon where none is set. */
    public static final double EPSILON = 1e-6;

    /** Of a history, with population standard deviation and {@link #EPSILON}. */
    public static HistoryScale of(Moments history) {
        return of(history, Divisor.POP, EPSILON);
    }

    /**
     * Of a history.
     *
     * @param epsilon added to the standard deviation
     */
    public static HistoryScale of(Moments history, Divisor divisor, double epsilon) {
        double std = history.std(divisor);
        boolean spread = std >= HistoryFormula.LEAST_SCALE; // not of NaN: too few rewards
        return new HistoryScale(history.mean(), spread ? std + epsilon : 1);
    }

    /** The reward against the history. */
    public double normalised(double reward) {
        return (reward - centre) / divisor;
    }
}
