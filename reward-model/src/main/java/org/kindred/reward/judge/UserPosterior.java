package org.kindred.reward.judge;

import java.util.Arrays;

/**
 * What a judge believes of one user after reading the history.
 *
 * @param mode the prior that was used
 * @param mean expected coordinates on the shared axes; all 0 is the mean user
 * @param covariance of the coordinates, {@code [axis][axis]}: Laplace's approximation, or the
 *     spread between prototypes
 * @param prototypeShares probability of each prototype, summing to 1; empty without prototypes
 * @param scale the user's scale for totals
 * @param choices number of choices read
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
public record UserPosterior(
        JudgeMode mode,
        double[] mean,
        double[][] covariance,
        double[] prototypeShares,
        RatingScale scale,
        int choices) {

    /**
     * Weights of the directions of taste: the mean, and 1 in a last entry for somebody of whom
     * nothing is known, whom the global model serves.
     */
    double[] place() {
        double[] place = Arrays.copyOf(mean, mean.length + 1);
        if (choices == 0 || mode == JudgeMode.NO_HISTORY) {
            Arrays.fill(place, 0);
            place[mean.length] = 1;
        }
        return place;
    }

    /** Redacted: coordinates describe a person. */
    @Override
    public String toString() {
        return "UserPosterior[" + mode + ", " + choices + " choices]";
    }
}
