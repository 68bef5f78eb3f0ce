package org.kindred.pipeline;

import java.util.List;

/**
 * How a run is evaluated.
 *
 * @param promptsPerUser prompts of new items in the domains of training, and as many out of domain,
 *     for every user
 * @param bootstrapDraws resamples of users for the intervals
 * @param shots pairs of a user's past in the benchmark of the reward model
 */
public record EvaluationOptions(int promptsPerUser, int bootstrapDraws, List<Integer> shots) {

    public EvaluationOptions {
        shots = List.copyOf(shots);
        if (promptsPerUser < 1) {
            throw new IllegalArgumentException(
                    "prompts_per_user = " + promptsPerUser + ": at least 1");
        }
        if (bootstrapDraws < 100) {
            throw new IllegalArgumentException(
                    "bootstrap_draws = " + bootstrapDraws + ": at least 100, for example 2000");
        }
    }

    public static EvaluationOptions defaults() {
        return new EvaluationOptions(2, 2000, List.of(0, 3, 10, 20));
    }
}
