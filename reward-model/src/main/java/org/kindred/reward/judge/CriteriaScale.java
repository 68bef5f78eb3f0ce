package org.kindred.reward.judge;

import java.util.List;

/**
 * Puts meter readings on one scale: standard deviations from the mean of the training texts, cut
 * off at {@value #LIMIT} on both sides, so that a policy gains nothing by extreme texts.
 *
 * @param mean of each criterion over the training texts
 * @param deviation population standard deviation, 0 for a criterion that hardly varies there: it is
 *     switched off
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record CriteriaScale(double[] mean, double[] deviation) {

    static final double LIMIT = 2.5;

    /**
     * A criterion needs this share of texts away from the commonest reading, and {@link
     * #MIN_TEXTS}.
     */
    private static final double MIN_SHARE = 0.01;

    private static final int MIN_TEXTS = 3;

    static CriteriaScale fit(List<double[]> readings) {
        int criteria = Criteria.BANK.size();
        double[] mean = new double[criteria];
        double[] deviation = new double[criteria];
        for (int c = 0; c < criteria; c++) {
            int column = c;
            double[] values = readings.stream().mapToDouble(r -> r[column]).sorted().toArray();
            double sum = 0;
            for (double value : values) {
                sum += value;
            }
            mean[c] = sum / values.length;
            double squares = 0;
            for (double value : values) {
                squares += (value - mean[c]) * (value - mean[c]);
            }
            int varied = values.length - longestRun(values);
            if (varied >= Math.max(MIN_TEXTS, MIN_SHARE * values.length)) {
                deviation[c] = Math.sqrt(squares / values.length);
            }
        }
        return new CriteriaScale(mean, deviation);
    }

    double[] standardise(double[] reading) {
        double[] scaled = new double[reading.length];
        for (int c = 0; c < reading.length; c++) {
            if (deviation[c] > 0) {
                double value = (reading[c] - mean[c]) / deviation[c];
                scaled[c] = Math.max(-LIMIT, Math.min(LIMIT, value));
            }
        }
        return scaled;
    }

    private static int longestRun(double[] sorted) {
        int longest = 0;
        for (int i = 0, start = 0; i < sorted.length; i++) {
            if (sorted[i] != sorted[start]) {
                start = i;
            }
            longest = Math.max(longest, i - start + 1);
        }
        return longest;
    }
}
