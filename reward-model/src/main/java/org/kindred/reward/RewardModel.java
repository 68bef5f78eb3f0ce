package org.kindred.reward;

import java.util.List;
import org.kindred.policy.grpo.ScoreOutcome;

/**
 * Scores responses as one user would. The same contract serves pairs, which may be read together,
 * and rollouts of a policy, which are scored one by one under a rubric that is fixed first.
 */
public interface RewardModel {

    /**
     * Scores responses to one prompt in the name of one user.
     *
     * @param prompt text of the conversation so far
     * @return one outcome a response, in order; never fewer, never a number for a failure
     */
    List<ScoreOutcome> score(UserContext user, String prompt, List<String> responses);
}
