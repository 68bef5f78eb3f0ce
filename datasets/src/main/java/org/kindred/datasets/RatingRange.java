package org.kindred.datasets;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Ends of the scale on which ratings were given. Ratings outside are slips of the pen, or mean
 * something else ({@code -1} for no answer), and say nothing.
 *
 * @param low lowest rating that the scale allows
 * @param high highest
 */
public record RatingRange(double low, double high) {

    /** Narrow before wide; of two that fit the first one is told. */
    private static final List<RatingRange> UNSIGNED =
            List.of(
                    new RatingRange(0, 1),
                    new RatingRange(1, 5),
                    new RatingRange(0, 5),
                    new RatingRange(1, 7),
                    new RatingRange(1, 10),
                    new RatingRange(0, 10),
                    new RatingRange(1, 100),
                    new RatingRange(0, 100));

    private static final List<RatingRange> SIGNED =
            List.of(
                    new RatingRange(-1, 1),
                    new RatingRange(-5, 5),
                    new RatingRange(-10, 10),
                    new RatingRange(-100, 100));

    private static final RatingRange SEVEN = new RatingRange(1, 7);

    /** Of so many ratings one may be a slip; of more this share. */
    private static final int ENOUGH = 20;

    private static final double SLIPS = 0.01;

    /** A scale that all but the slips leave so much of unused is not theirs. */
    private static final double MUCH_WIDER = 3;

    public RatingRange {
        if (!Double.isFinite(low) || !Double.isFinite(high) || !(low < high)) {
            throw new IllegalArgumentException(
                    "rating range = "
                            + low
                            + ", "
                            + high
                            + ": both ends must be finite, the lower one first, for example 1, 5");
        }
    }

    /**
     * The scale of these ratings, told from their range: 0 to 1, 1 or 0 to 5, 1 to 7 (whole
     * numbers), 1 or 0 to 10 and 100, and -1 to 1, -5 to 5, -10 to 10, -100 to 100. Where one
     * rating of 20 or more, or a hundredth of them, are all that keeps the others from a scale less
     * than a third as wide, from one without negative numbers, or from any, they are outside of it.
     *
     * @return empty if no scale fits, or there is no rating
     */
    public static Optional<RatingRange> of(Collection<Double> ratings) {
        double[] sorted = ratings.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            return Optional.empty();
        }
        Optional<RatingRange> all = holding(sorted, 0, sorted.length);
        int slips = sorted.length < ENOUGH ? 0 : Math.max(1, (int) (SLIPS * sorted.length));
        RatingRange best = all.orElse(null);
        for (int below = 0; below <= slips; below++) {
            Optional<RatingRange> most = holding(sorted, below, sorted.length - (slips - below));
            if (most.isPresent() && (best == null || best.isNotTheScaleOf(most.get()))) {
                best = most.get();
            }
        }
        return Optional.ofNullable(best);
    }

    private boolean isNotTheScaleOf(RatingRange most) {
        return high - low > MUCH_WIDER * (most.high - most.low) || low < 0 && most.low >= 0;
    }

    private static Optional<RatingRange> holding(double[] sorted, int from, int to) {
        double least = sorted[from];
        double most = sorted[to - 1];
        boolean whole =
                Arrays.stream(sorted, from, to).allMatch(rating -> rating == Math.rint(rating));
        return (least < 0 ? SIGNED : UNSIGNED)
                .stream()
                        .filter(scale -> whole || !scale.equals(SEVEN))
                        .filter(scale -> scale.low <= least && most <= scale.high)
                        .findFirst();
    }

    public boolean holds(double rating) {
        return low <= rating && rating <= high;
    }

    /** As {@code 1 to 5}. */
    @Override
    public String toString() {
        return number(low) + " to " + number(high);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
