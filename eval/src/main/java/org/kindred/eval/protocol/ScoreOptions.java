package org.kindred.eval.protocol;

import org.kindred.options.Meaning;

/** Options of {@code kindred eval scores}. */
public record ScoreOptions(
        @Meaning(value = "of bootstrap draws", essential = true) long seed,
        @Meaning(value = "resamples of users, or of questions, for the intervals", essential = true)
                int bootstrapDraws) {

    public ScoreOptions {
        if (bootstrapDraws < 100) {
            throw new IllegalArgumentException(
                    "bootstrap_draws = " + bootstrapDraws + ": at least 100, for example 2000");
        }
    }

    public static ScoreOptions defaults() {
        return new ScoreOptions(1, 2000);
    }
}
