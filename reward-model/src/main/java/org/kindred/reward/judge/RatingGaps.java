package org.kindred.reward.judge;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Preference;
import org.kindred.datasets.RatingRange;

/**
 * What ratings add to choices: a choice says which of two responses is better, the difference of
 * their ratings says by how much.
 *
 * <p>The difference, divided by the size that the user's differences usually have, is {@code slope
 * * margin + noise} with noise of variance {@code 1 / weight}; so a rated pair adds {@code weight /
 * 2 (gap - slope margin)^2} to the loss of its choice. The usual size is the root mean square over
 * the user's own pairs, shrunk to the population's: narrow and wide raters are brought to one
 * scale.
 *
 * @param weight precision of a rating difference; 0 where there are no ratings or they are not read
 * @param slope standardised rating difference a unit of utility
 * @param typical mean square difference of a typical user, in squared points of the source's scale
 */
record RatingGaps(double weight, double slope, double typical) {
    static final RatingGaps NONE = new RatingGaps(0, 0, 1);

    private static final double TYPICAL_PAIRS = 4; // that the population's size counts for

    /** Differences of ratings by row, NaN where one is missing or outside the scale. */
    static double[] raw(List<Preference> rows, RatingRange range) {
        return rows.stream().mapToDouble(row -> raw(row, range)).toArray();
    }

    private static double raw(Preference row, RatingRange range) {
        @Nullable Double chosen = row.chosenScore();
        @Nullable Double rejected = row.rejectedScore();
        return chosen == null || rejected == null || !range.holds(chosen) || !range.holds(rejected)
                ? Double.NaN
                : chosen - rejected;
    }

    /** Geometric mean over users of the mean square difference; NaN without any. */
    static double typical(double[] raw, Map<Integer, int[]> rowsByUser) {
        return Math.exp(
                rowsByUser.values().stream()
                        .mapToDouble(
                                own ->
                                        Arrays.stream(own)
                                                .mapToDouble(p -> raw[p] * raw[p])
                                                .filter(square -> !Double.isNaN(square))
                                                .average()
                                                .orElse(0))
                        .filter(square -> square > 0)
                        .map(Math::log)
                        .average()
                        .orElse(Double.NaN));
    }

    /** Differences of one user's pairs in units of their usual size. */
    static double[] standardised(double[] raw, double typical) {
        double squares = TYPICAL_PAIRS * typical;
        double pairs = TYPICAL_PAIRS;
        for (double gap : raw) {
            if (!Double.isNaN(gap)) {
                squares += gap * gap;
                pairs++;
            }
        }
        double size = Math.sqrt(squares / pairs);
        return Arrays.stream(raw).map(gap -> gap / size).toArray();
    }

    double loss(double margin, double gap) {
        if (unread(gap)) {
            return 0;
        }
        double rest = gap - slope * margin;
        return weight / 2 * rest * rest;
    }

    /** Derivative of the loss by the margin. */
    double pull(double margin, double gap) {
        return unread(gap) ? 0 : weight * slope * (slope * margin - gap);
    }

    /** Second derivative of the loss by the margin. */
    double curvature(double gap) {
        return unread(gap) ? 0 : weight * slope * slope;
    }

    private boolean unread(double gap) {
        return weight == 0 || Double.isNaN(gap);
    }
}
