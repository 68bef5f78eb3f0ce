package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.datasets.RatingRange;
import org.kindred.reward.RatingScale;

/**
 * Rating differences of the training rows.
 *
 * @param range of the scale that the ratings are on
 * @param raw chosen less rejected rating by row, NaN where one is missing or outside the range
 * @param gaps standardised by user, likewise
 * @param typical mean square difference of a typical user; NaN if nobody rated
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record RatedRows(RatingRange range, double[] raw, double[] gaps, double typical) {

    /**
     * @param named the scale, as options name it; empty if the ratings tell it
     * @throws KindredException if they tell none
     */
    static RatedRows of(PairDesign design, List<Double> named) {
        RatingRange range = range(design.rows(), named);
        double[] raw = RatingGaps.raw(design.rows(), range);
        Map<Integer, int[]> byUser = design.rowsByUser(IntStream.range(0, raw.length).toArray());
        double typical = RatingGaps.typical(raw, byUser);
        double[] gaps = new double[raw.length];
        for (int[] own : byUser.values()) {
            double[] ofUser = new double[own.length];
            for (int i = 0; i < own.length; i++) {
                ofUser[i] = raw[own[i]];
            }
            double[] standardised = RatingGaps.standardised(ofUser, typical);
            for (int i = 0; i < own.length; i++) {
                gaps[own[i]] = standardised[i];
            }
        }
        return new RatedRows(range, raw, gaps, typical);
    }

    private static RatingRange range(List<Preference> rows, List<Double> named) {
        if (!named.isEmpty()) {
            return new RatingRange(named.get(0), named.get(1));
        }
        List<Double> ratings = new ArrayList<>();
        for (Preference row : rows) {
            if (row.chosenScore() != null) {
                ratings.add(row.chosenScore());
            }
            if (row.rejectedScore() != null) {
                ratings.add(row.rejectedScore());
            }
        }
        if (ratings.isEmpty()) {
            return new RatingRange(RatingScale.LOW, RatingScale.HIGH); // there are none to read
        }
        return RatingRange.of(ratings)
                .orElseThrow(
                        () ->
                                new KindredException(
                                        "the ratings run from "
                                                + Collections.min(ratings)
                                                + " to "
                                                + Collections.max(ratings)
                                                + ", a scale that cannot be told: expected one"
                                                + " within 0 or 1 to 1, 5, 7, 10 or 100, or as far"
                                                + " below 0 as above. Name its ends, for example"
                                                + " --set 'judge.rubric.rating_range=[0, 1000]'"));
    }

    boolean rated() {
        return !Double.isNaN(typical);
    }
}
