package org.kindred.eval.alignment;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judge.UserPosterior;

/**
 * A second rubric judge, fitted on choices that the fit of the rewarding judge never reads: those
 * of users who are held back, and targets. A policy that learned the rewarding judge's errors gains
 * less by this one. What both know in common is the form of the judge: errors of the form itself
 * stay unseen.
 */
public sealed interface EvaluatingJudge {

    /** Fewer choices than this say nothing about a taste shared by several people. */
    int LEAST_CHOICES = 60;

    int LEAST_USERS = 6;

    /**
     * It cannot be had.
     *
     * @param reason a sentence
     */
    record Unavailable(String reason) implements EvaluatingJudge {}

    /**
     * @param posteriors of users who have targets, from these alone
     * @param choices that the judge was fitted on
     * @param accuracy on the choices that the rewarding judge was fitted on, for users of whom this
     *     judge knows targets; NaN without any. A tie counts one half
     */
    record Fitted(
            RubricJudge judge,
            Map<String, UserPosterior> posteriors,
            int choices,
            int users,
            double accuracy)
            implements EvaluatingJudge {

        /**
         * Total of a completion in the user's name, 1 to 10; NaN if nothing is known of the user.
         */
        public double score(String userId, String prompt, String completion) {
            UserPosterior user = posteriors.get(userId);
            return user != null
                            && judge.scoreAlone(judge.rubric(user, prompt), completion)
                                    instanceof ScoreOutcome.Scored scored
                    ? scored.value()
                    : Double.NaN;
        }

        /** What it was made from and how good it is, as a sentence. */
        public String describe() {
            return String.format(
                    Locale.ROOT,
                    "The evaluating judge was fitted on %d choices of %d users that the fit of the rewarding judge never read%s.",
                    choices,
                    users,
                    Double.isNaN(accuracy)
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    "; it predicts %.1f %% of the choices that the rewarding judge was fitted on",
                                    100 * accuracy));
        }
    }

    /**
     * @param dataset with its places
     */
    static EvaluatingJudge fit(
            PreferenceDataset dataset,
            TextEmbedder embedder,
            JudgeOptions options,
            SeedTree seeds) {
        List<Preference> rows =
                dataset.preferences().stream()
                        .filter(row -> !row.isTraining())
                        .map(EvaluatingJudge::released)
                        .toList();
        int users = (int) rows.stream().map(Preference::userId).distinct().count();
        if (rows.size() < LEAST_CHOICES || users < LEAST_USERS) {
            return new Unavailable(
                    String.format(
                            Locale.ROOT,
                            "No evaluating judge could be fitted: %d choices of %d users are held back from the rewarding judge, at least %d choices of %d users are needed; over-optimisation was not measured.",
                            rows.size(),
                            users,
                            LEAST_CHOICES,
                            LEAST_USERS));
        }
        RubricJudge judge = RubricJudge.fit(rows, embedder, options, seeds);
        Map<String, UserPosterior> posteriors = new TreeMap<>();
        UserContext.byUser(dataset.targets())
                .forEach((user, context) -> posteriors.put(user, judge.posterior(context)));
        return new Fitted(
                judge, posteriors, rows.size(), users, accuracy(dataset, judge, posteriors));
    }

    private static double accuracy(
            PreferenceDataset dataset, RubricJudge judge, Map<String, UserPosterior> posteriors) {
        return dataset.training().stream()
                .filter(row -> posteriors.containsKey(row.userId()))
                .mapToDouble(
                        row -> {
                            UserPosterior user = posteriors.get(row.userId());
                            double margin =
                                    judge.score(user, row.promptText(), row.chosenText())
                                            - judge.score(
                                                    user, row.promptText(), row.rejectedText());
                            return margin > 0 ? 1 : margin == 0 ? 0.5 : 0;
                        })
                .average()
                .orElse(Double.NaN);
    }

    /** The row as one that a fit may read: judges refuse rows that are marked as held back. */
    private static Preference released(Preference row) {
        return new Preference(
                row.id(),
                row.userId(),
                row.prompt(),
                row.chosen(),
                row.rejected(),
                row.domain(),
                row.itemIds(),
                null,
                "seen",
                "train",
                "fit",
                row.slot(),
                row.chosenScore(),
                row.rejectedScore(),
                row.source(),
                row.meta());
    }
}
