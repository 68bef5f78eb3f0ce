package org.kindred.reward.judge;

import java.util.Map;
import java.util.stream.IntStream;

/**
 * Rating differences of the training rows.
 *
 * @param raw chosen less rejected rating by row, NaN where one is missing
 * @param gaps standardised by user, likewise
 * @param typical mean square difference of a typical user; NaN if nobody rated
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record RatedRows(double[] raw, double[] gaps, double typical) {

    static RatedRows of(PairDesign design) {
        double[] raw = RatingGaps.raw(design.rows());
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
        return new RatedRows(raw, gaps, typical);
    }

    boolean rated() {
        return !Double.isNaN(typical);
    }
}
