package org.kindred.eval.winrate;

import java.util.List;
import org.kindred.eval.alignment.SmallGroups;
import org.kindred.eval.report.ReportTexts;
import org.kindred.options.Meaning;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.RewardOptions;

/** Options of {@code kindred eval win-rate}. */
public record WinRateOptions(
        @Meaning(
                        value = "of the prompts that are drawn, of fits and of bootstrap draws",
                        essential = true)
                long seed,
        @Meaning(
                        value =
                                "which are compared, each with all before it; empty for all, as the files name them",
                        essential = true)
                List<String> policies,
        @Meaning(
                        value =
                                "most prompts, drawn by seed from those that all policies answered, for judges that "
                                        + "cost; 0 for all",
                        essential = true)
                int prompts,
        @Meaning(
                        value =
                                "resamples of users for the intervals, and sign patterns of the tests",
                        essential = true)
                int bootstrapDraws,
        @Meaning(
                        "of real people: users that a group needs to be shown in tables; those of smaller ones are"
                                + " counted among all users. 1 shows every group")
                int leastGroupUsers,
        @Meaning(
                        "whose prompts and completions report.html prints: simulated (those of simulated people),"
                                + " always, never")
                ReportTexts reportTexts,
        @Meaning("who judges") RewardOptions judge) {

    public WinRateOptions {
        JudgeSpec.parse(judge.spec());
        policies = List.copyOf(policies);
        if (policies.size() == 1 || policies.stream().distinct().count() < policies.size()) {
            throw new IllegalArgumentException(
                    "policies = " + policies + ": name two or more, each once, or none for all");
        }
        if (prompts < 0) {
            throw new IllegalArgumentException(
                    "prompts = " + prompts + ": must be 0 (all) or more, for example 200");
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

    public static WinRateOptions defaults() {
        return new WinRateOptions(
                1,
                List.of(),
                0,
                2000,
                SmallGroups.LEAST_USERS,
                ReportTexts.SIMULATED,
                RewardOptions.defaults());
    }
}
