package org.kindred.reward.chain;

import java.util.Collections;
import java.util.List;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RatingScale;
import org.kindred.reward.RubricOutcome;

/**
 * Responses under one rubric, each scored alone.
 *
 * @param rubric fixed before they were read
 * @param scale that totals stand on
 * @param outcomes one a response; all failed where there is no rubric
 * @param tokens of the rubric and of all scores
 */
public record RubricScores(
        RubricOutcome rubric, RatingScale scale, List<ScoreOutcome> outcomes, long tokens) {
    public RubricScores {
        outcomes = List.copyOf(outcomes);
    }

    /** Nothing can be scored without a rubric. */
    public static RubricScores without(RubricOutcome.Failed rubric, int responses) {
        return new RubricScores(
                rubric,
                RatingScale.PLAIN,
                Collections.nCopies(responses, new ScoreOutcome.Failed(rubric.reason(), 1)),
                rubric.tokens());
    }
}
