package org.kindred.eval.protocol;

/**
 * Options of {@code kindred eval scores}.
 *
 * @param seed of bootstrap draws
 * @param bootstrapDraws resamples of users, or of questions, for the intervals
 */
public record ScoreOptions(long seed, int bootstrapDraws) {

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
