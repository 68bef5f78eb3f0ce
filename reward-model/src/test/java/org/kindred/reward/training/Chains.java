package org.kindred.reward.training;

import java.util.ArrayList;
import java.util.List;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainCriterion;
import org.kindred.reward.chain.EvaluationChain;

/** Pairs and chains for tests. */
final class Chains {
    private Chains() {}

    static List<Preference> rows(String user, int count) {
        List<Preference> rows = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            rows.add(
                    new Preference(
                            user + "-" + i,
                            user,
                            List.of(Message.user("ask " + i)),
                            List.of(Message.assistant("good " + i)),
                            List.of(Message.assistant("bad " + i)),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            i,
                            null,
                            null,
                            null,
                            null));
        }
        return rows;
    }

    static List<TrainingPair> pairs(String user, int count) {
        return TrainingPair.leaveOneOut(
                new UserContext(user, rows(user, count)), 3, List.of("short answers"));
    }

    static AskedPair asked(TrainingPair pair, boolean chosenFirst) {
        String id = AskedPair.id(pair, chosenFirst);
        return new AskedPair(
                pair,
                chosenFirst,
                new PolicyPrompt(id, AskedPair.GROUP, pair.user().userId(), new int[] {1}),
                pair.stated());
    }

    /** Two criteria whose scores are the totals. */
    static EvaluationChain chain(double first, double second) {
        return new EvaluationChain(
                "Wants: short answers.",
                List.of(
                        new ChainCriterion("short answers", 60, List.of(first, second)),
                        new ChainCriterion("numbers", 40, List.of(first, second))),
                List.of(first, second),
                List.of());
    }
}
