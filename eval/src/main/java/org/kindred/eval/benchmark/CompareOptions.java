package org.kindred.eval.benchmark;

import java.util.List;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.options.Meaning;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.judges.RewardOptions;

/** Options of {@code kindred reward compare}. */
public record CompareOptions(
        @Meaning(
                        value =
                                "runs; each has its own population (simulated data), fits and draws",
                        essential = true)
                List<Long> seeds,
        @Meaning(value = "past choices of a user that arms are given", essential = true)
                List<Integer> shots,
        @Meaning(value = "most targets of each cell, drawn by seed; 0 for all", essential = true)
                int targets,
        @Meaning(value = "resamples of users for the intervals of one run", essential = true)
                int bootstrapDraws,
        @Meaning("judge, prototypes, scaling") RewardOptions judge,
        @Meaning(value = "the simulated population", essential = true)
                SimulationOptions simulation) {
    public CompareOptions {
        seeds = List.copyOf(seeds);
        shots = List.copyOf(shots);
        if (seeds.isEmpty() || shots.isEmpty() || shots.stream().anyMatch(k -> k < 1)) {
            throw new IllegalArgumentException(
                    "seeds and shots: one or more each, shots from 1, for example [1, 2, 3] and [3]");
        }
        if (targets < 0 || bootstrapDraws < 100) {
            throw new IllegalArgumentException(
                    "targets = "
                            + targets
                            + ", bootstrap_draws = "
                            + bootstrapDraws
                            + ": must be at least 0 and 100");
        }
    }

    /** Five seeds; the judge searches its options, so that it is as good as it can be. */
    public static CompareOptions defaults() {
        return new CompareOptions(
                List.of(1L, 2L, 3L, 4L, 5L),
                List.of(3, 10),
                300,
                200,
                RewardOptions.defaults().withRubric(JudgeOptions.search()),
                SimulationOptions.defaults());
    }
}
