package org.kindred.reward.judge;

/**
 * One choice as a prior reads it.
 *
 * @param delta scores of the chosen response less those of the rejected one: entry 0 for the mean
 *     taste, and one more an axis
 * @param gap standardised difference of the two ratings ({@link RatingGaps}); NaN without ratings
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record Choice(double[] delta, double gap) {

    /** Choices without ratings. */
    static Choice[] unrated(double[][] deltas) {
        Choice[] choices = new Choice[deltas.length];
        for (int i = 0; i < choices.length; i++) {
            choices[i] = new Choice(deltas[i], Double.NaN);
        }
        return choices;
    }

    /** {@code delta_0 + z . delta_1..d}. */
    double margin(double[] z) {
        return UserPrior.margin(delta, z);
    }
}
