package org.kindred.policy.objective;

import org.jspecify.annotations.Nullable;

/**
 * One completion with its importance ratios.
 *
 * @param logRatios lp - old per token
 * @param ratios per token; under {@link ImportanceLevel#SEQUENCE} the same number for all
 * @param tokens how many tokens count
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to compute with, never compared as a value
record Row(
        double[] logProbs,
        double[] logRatios,
        double[] ratios,
        boolean[] mask,
        int tokens,
        double advantage) {

    static Row of(
            double[] logProbs,
            double @Nullable [] oldLogProbs,
            boolean[] mask,
            double advantage,
            ImportanceLevel level) {
        int length = logProbs.length;
        int tokens = TokenRows.count(mask);
        double[] logRatios = new double[length];
        double sum = 0;
        for (int t = 0; t < length; t++) {
            if (mask[t] && oldLogProbs != null) {
                logRatios[t] = logProbs[t] - oldLogProbs[t];
                sum += logRatios[t];
            }
        }
        double rowRatio = Math.exp(sum / Math.max(1, tokens));
        double[] ratios = new double[length];
        for (int t = 0; t < length; t++) {
            ratios[t] = level == ImportanceLevel.SEQUENCE ? rowRatio : Math.exp(logRatios[t]);
        }
        return new Row(logProbs, logRatios, ratios, mask, tokens, advantage);
    }

    /** Sum of lp - old over the tokens that count. */
    double logRatioSum() {
        double sum = 0;
        for (int t = 0; t < mask.length; t++) {
            sum += mask[t] ? logRatios[t] : 0;
        }
        return sum;
    }
}
