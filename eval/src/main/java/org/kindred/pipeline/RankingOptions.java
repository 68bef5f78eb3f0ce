package org.kindred.pipeline;

import org.kindred.policy.model.EngineOptions;

/**
 * Options of {@code kindred eval rank}.
 *
 * @param seed of the lists that are drawn and of bootstrap draws
 * @param historyItems most past texts of a user that a list shows, the latest
 * @param raw prompts as plain text, without the chat template
 * @param lists most lists, drawn by seed; 0 for all
 * @param maxNewTokens longest answer; the numbers of a list take two to four tokens each
 * @param bootstrapDraws resamples of users for the intervals
 * @param engine device, precision, threads
 */
public record RankingOptions(
        long seed,
        int historyItems,
        boolean raw,
        int lists,
        int maxNewTokens,
        int bootstrapDraws,
        EngineOptions engine) {

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
        if (bootstrapDraws < 100) {
            throw new IllegalArgumentException(
                    "bootstrap_draws = " + bootstrapDraws + ": at least 100, for example 2000");
        }
    }

    public static RankingOptions defaults() {
        return new RankingOptions(1, 20, false, 0, 48, 2000, EngineOptions.defaults());
    }
}
