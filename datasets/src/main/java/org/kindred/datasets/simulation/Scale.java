package org.kindred.datasets.simulation;

/**
 * How a user turns utility into a rating: {@code centre + width * (utility - 0.5)}, kept within 1
 * to 100.
 *
 * @param centre rating of a utility of 0.5; low is harsh, high is lenient
 * @param width rating points from utility 0 to utility 1
 */
public record Scale(double centre, double width) {
    static final double LEAST = 1;
    static final double MOST = 100;

    public Scale {
        if (!(centre >= LEAST && centre <= MOST)) {
            throw new IllegalArgumentException("centre = " + centre + ": must be 1 to 100");
        }
        if (!(width > 0 && width <= 200)) {
            throw new IllegalArgumentException(
                    "width = " + width + ": must be above 0, at most 200");
        }
    }

    /** The rating without noise and not rounded. */
    public double rating(double utility) {
        return clip(centre + width * (utility - 0.5));
    }

    static double clip(double rating) {
        return Math.max(LEAST, Math.min(MOST, rating));
    }
}
