package org.kindred.reward.judge;

/**
 * What a judge believes of one user after reading the history.
 *
 * @param mode the prior that was used
 * @param mean expected coordinates on the shared axes; all 0 is the global model
 * @param covariance of the coordinates, {@code [axis][axis]}: Laplace's approximation, or the
 *     spread between prototypes
 * @param prototypeShares probability of each prototype, summing to 1; empty without prototypes
 * @param scale the user's scale for totals
 * @param choices number of choices read
 */
public record UserPosterior(
        JudgeMode mode,
        double[] mean,
        double[][] covariance,
        double[] prototypeShares,
        RatingScale scale,
        int choices) {

    /** Redacted: coordinates describe a person. */
    @Override
    public String toString() {
        return "UserPosterior[" + mode + ", " + choices + " choices]";
    }
}
