package org.kindred.pipeline;

import java.util.List;
import org.kindred.eval.alignment.SmallGroups;
import org.kindred.eval.report.ReportTexts;
import org.kindred.options.Meaning;
import org.kindred.reward.judges.JudgeSpec;

/** How the policies of a recipe are measured. */
public record EvaluationOptions(
        @Meaning(
                        value =
                                "whom tables tell apart: an attribute of the users, group, or FILE.csv#COLUMN with user"
                                        + " ids first; empty: true groups of simulated people, else the preference groups."
                                        + " No model reads it",
                        essential = true)
                String groups,
        @Meaning(
                        value =
                                "prompts of new items that every user's policy answers in the domains of training, and as"
                                        + " many of held-out domains",
                        essential = true)
                int promptsPerUser,
        @Meaning("most prompts that are answered, drawn by the seed; 0 for all") int maxPrompts,
        @Meaning(
                        "most prompts that are also answered under the persona of a user of another group and"
                                + " without one; 0 for none")
                int personaPrompts,
        @Meaning("most held-out choices whose answers' log-probabilities are compared; 0 for none")
                int maxChoices,
        @Meaning("whether a second judge, fitted to other choices, scores the completions too")
                boolean evaluatingJudge,
        @Meaning(
                        "judge of win rates between the policies: openai:URL#MODEL, ollama:URL#MODEL or local:DIR;"
                                + " empty for none")
                String winRateJudge,
        @Meaning("most prompts of win rates, drawn by the seed; 0 for all") int winRatePrompts,
        @Meaning("pairs of a user's past in the benchmark of the reward model; empty for none")
                List<Integer> shots,
        @Meaning("resamples of users for intervals, and sign patterns of tests") int bootstrapDraws,
        @Meaning(
                        "of real people: users that a group needs to be shown in tables; those of smaller ones are"
                                + " counted among all users. 1 shows every group")
                int leastGroupUsers,
        @Meaning(
                        "whose prompts and completions report.html prints: simulated (those of simulated people),"
                                + " always, never")
                ReportTexts reportTexts) {

    public EvaluationOptions {
        shots = List.copyOf(shots);
        if (JudgeSpec.holdsPassword(winRateJudge)) {
            throw new IllegalArgumentException(JudgeSpec.PASSWORD);
        }
        if (promptsPerUser < 1) {
            throw new IllegalArgumentException(
                    "prompts_per_user = " + promptsPerUser + ": must be 1 or more");
        }
        if (maxPrompts < 0 || personaPrompts < 0 || maxChoices < 0 || winRatePrompts < 0) {
            throw new IllegalArgumentException(
                    "max_prompts = "
                            + maxPrompts
                            + ", persona_prompts = "
                            + personaPrompts
                            + ", max_choices = "
                            + maxChoices
                            + ", win_rate_prompts = "
                            + winRatePrompts
                            + ": must be 0 or more");
        }
        if (leastGroupUsers < 1) {
            throw new IllegalArgumentException(
                    "least_group_users = "
                            + leastGroupUsers
                            + ": must be 1 or more, for example 5");
        }
        if (bootstrapDraws < 100) {
            throw new IllegalArgumentException(
                    "bootstrap_draws = " + bootstrapDraws + ": at least 100, for example 2000");
        }
    }

    public static EvaluationOptions defaults() {
        return new EvaluationOptions(
                "",
                2,
                0,
                300,
                300,
                true,
                "",
                200,
                List.of(0, 3, 10, 20),
                2000,
                SmallGroups.LEAST_USERS,
                ReportTexts.SIMULATED);
    }
}
