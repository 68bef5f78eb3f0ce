package org.kindred.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.kindred.pipeline.ServedRun;
import org.kindred.policy.grpo.Judgement;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.UserContext;

/** Users a1, a2 (group a) and b1 (group b), whose reward is the number that a response holds. */
final class People implements RewardModel {
    private static final Set<String> USERS = Set.of("a1", "a2", "b1");

    /**
     * @param warm whether a history begins with an answer of the data set
     */
    static Served served(boolean warm) {
        return new Served(
                new People(),
                USERS.size(),
                id -> USERS.contains(id) ? new UserContext(id, List.of()) : null,
                (id, prompt) -> id.substring(0, 1),
                new TreeSet<>(Set.of("a", "b")),
                warm ? Map.of("a", List.of(new ServedRun.Answer("a1", "p", "worth 4"))) : Map.of(),
                2);
    }

    @Override
    public String name() {
        return "numbers";
    }

    @Override
    public RubricOutcome rubric(UserContext user, String prompt) {
        return new RubricOutcome.Failed("NO_RUBRIC", 0);
    }

    @Override
    public List<ScoreOutcome> score(UserContext user, String prompt, List<String> responses) {
        List<ScoreOutcome> outcomes = new ArrayList<>();
        for (String response : responses) {
            String number = response.replaceAll("[^0-9.-]", "");
            outcomes.add(
                    response.equals("throw")
                            ? fail()
                            : number.isEmpty()
                                    ? new ScoreOutcome.Failed("TIMEOUT", 1)
                                    : new ScoreOutcome.Scored(Double.parseDouble(number)));
        }
        return outcomes;
    }

    private static ScoreOutcome fail() {
        throw new IllegalStateException("a text of a user");
    }

    @Override
    public Judgement judge(
            UserContext user, String prompt, List<String> responses, RewardUnit unit) {
        return new Judgement(score(user, prompt, responses), Map.of());
    }
}
