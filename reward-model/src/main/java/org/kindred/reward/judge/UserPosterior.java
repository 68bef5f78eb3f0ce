package org.kindred.reward.judge;

import java.util.Arrays;
import org.kindred.reward.RatingScale;

/**
 * What a judge believes of one user after reading the history.
 *
 * @param mode the prior that was used
 * @param belief about the coordinates on the shared axes; a mean of all 0 is the mean user
 * @param scale the user's scale for totals
 * @param choices number of choices read
 */
public record UserPosterior(JudgeMode mode, Belief belief, RatingScale scale, int choices) {

    /** Expected coordinates. */
    public double[] mean() {
        return belief.mean();
    }

    /** Covariance of the coordinates, {@code [axis][axis]}. */
    public double[][] covariance() {
        return belief.covariance();
    }

    /**
     * Weights of the directions of taste: the mean, and 1 in a last entry for somebody of whom
     * nothing is known, whom the global model serves.
     */
    double[] place() {
        double[] place = Arrays.copyOf(mean(), mean().length + 1);
        if (choices == 0 || mode == JudgeMode.NO_HISTORY) {
            Arrays.fill(place, 0);
            place[place.length - 1] = 1;
        }
        return place;
    }

    /** Redacted: coordinates describe a person. */
    @Override
    public String toString() {
        return "UserPosterior[" + mode + ", " + choices + " choices]";
    }
}
