package org.kindred.pipeline;

import org.kindred.eval.alignment.SmallGroups;
import org.kindred.options.Meaning;
import org.kindred.policy.model.EngineOptions;

/** Options of {@code kindred eval rank}. */
public record RankingOptions(
        @Meaning(value = "of the lists that are drawn and of bootstrap draws", essential = true)
                long seed,
        @Meaning(
                        value = "most past texts of a user that a list shows, the latest",
                        essential = true)
                int historyItems,
        @Meaning(value = "prompts as plain text, without the chat template", essential = true)
                boolean raw,
        @Meaning(value = "most lists, drawn by seed; 0 for all", essential = true) int lists,
        @Meaning(
                        value =
                                "longest answer; the numbers of a list take two to four tokens each",
                        essential = true)
                int maxNewTokens,
        @Meaning("resamples of users for the intervals") int bootstrapDraws,
        @Meaning(
                        "of real people: users that a group needs to be shown in tables; those of smaller ones are"
                                + " counted among all users. 1 shows every group")
                int leastGroupUsers,
        @Meaning(value = "device, precision, threads", essential = true) EngineOptions engine) {

    public RankingOptions {
        if (historyItems < 0) {
            throw new IllegalArgumentException(
                    "history_items = " + historyItems + ": must be 0 or more");
        }
        if (lists < 0) {
            throw new IllegalArgumentException(
                    "lists = " + lists + ": must be 0 (all) or more, for example 500");
        }
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException(
                    "max_new_tokens = " + maxNewTokens + ": must be 1 or more, for example 48");
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

    public static RankingOptions defaults() {
        return new RankingOptions(
                1, 20, false, 0, 48, 2000, SmallGroups.LEAST_USERS, EngineOptions.defaults());
    }
}
