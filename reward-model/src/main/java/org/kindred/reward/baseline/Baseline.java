package org.kindred.reward.baseline;

import java.util.ArrayList;
import java.util.List;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;

/** A reward model that is fitted once and then reads a user's past. */
public interface Baseline extends RewardModel {

    /** Name in tables: "X-style" where it follows a paper's idea and not its code. */
    @Override
    String name();

    /** False if everybody gets the same scores. */
    boolean usesHistory();

    /** Scores in one user's name. */
    interface Scorer {
        /** Any finite number, larger for what the user wants more. */
        double score(String prompt, String response);
    }

    /** What the past tells; done once a user. */
    Scorer forUser(UserContext user);

    @Override
    default RubricOutcome rubric(UserContext user, String prompt) {
        return new RubricOutcome.Failed("writes no rubric", 0);
    }

    @Override
    default List<ScoreOutcome> score(UserContext user, String prompt, List<String> responses) {
        Scorer scorer = forUser(user);
        List<ScoreOutcome> outcomes = new ArrayList<>();
        for (String response : responses) {
            outcomes.add(new ScoreOutcome.Scored(scorer.score(prompt, response)));
        }
        return outcomes;
    }
}
