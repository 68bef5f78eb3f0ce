package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.kindred.datasets.OrderedWork;
import org.kindred.datasets.Progress;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
import org.kindred.reward.UserContext;

/**
 * Asks the judge that rewards policies about many texts, each alone as in training.
 *
 * @param judge in training
 * @param users by id, with what the judge may read
 * @param threads that ask at once
 */
record RewardedTexts(
        RewardModel judge, Function<String, UserContext> users, int threads, Progress progress) {

    /** A response to a prompt, to be judged in a user's name. */
    record Asked(String userId, String prompt, String response) {
        /** Redacted: people's texts must not reach logs. */
        @Override
        public String toString() {
            return "Asked[redacted]";
        }
    }

    /**
     * Totals in points, in order.
     *
     * @param what the responses are, in words
     */
    List<ScoreOutcome> of(List<Asked> asked, String what) {
        progress.stage(EvaluationStage.NAME, "judge " + asked.size() + " " + what);
        List<ScoreOutcome> outcomes = new ArrayList<>();
        OrderedWork.<Asked, ScoreOutcome>run(
                asked.iterator(),
                threads,
                one ->
                        judge.score(
                                        users.apply(one.userId()),
                                        one.prompt(),
                                        List.of(one.response()))
                                .get(0),
                outcome -> {
                    outcomes.add(outcome);
                    progress.step(outcomes.size(), asked.size(), "judged");
                });
        return outcomes;
    }

    /** What has no score and why; blank if everything has one. */
    static String missing(List<ScoreOutcome> outcomes, String what) {
        Map<String, Integer> failures = ScoreOutcome.failures(outcomes);
        return failures.isEmpty()
                ? ""
                : "the judge gave no score of "
                        + failures.values().stream().mapToInt(i -> i).sum()
                        + " of "
                        + outcomes.size()
                        + " "
                        + what
                        + " "
                        + failures;
    }
}
