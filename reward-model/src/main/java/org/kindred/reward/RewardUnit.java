package org.kindred.reward;

import org.kindred.policy.grpo.ScoreOutcome;

/** What a policy's reward is counted in. */
public enum RewardUnit {
    /**
     * Log-odds, within 8 of 0: the utility behind a total, with the offset and the gain of the
     * user's own rating scale taken out. One is worth as much for everybody, so that nobody's
     * wishes weigh less because they rate in a narrow range.
     */
    LOGIT,
    /** The judge's total, 1 to 10, on the user's own scale. */
    POINTS;

    private static final double MOST = 8; // logits: odds of 3,000 to 1

    /** What a response is worth that says nothing. */
    public double lowest() {
        return this == POINTS ? RatingScale.LOW : -MOST;
    }

    /**
     * A judge's outcome in this unit.
     *
     * @param scale that a total stands on
     */
    public ScoreOutcome of(ScoreOutcome points, RatingScale scale) {
        if (this == POINTS || !(points instanceof ScoreOutcome.Scored scored)) {
            return points;
        }
        double utility = scale.utility(scored.value());
        return new ScoreOutcome.Scored(Math.max(-MOST, Math.min(MOST, utility)));
    }
}
