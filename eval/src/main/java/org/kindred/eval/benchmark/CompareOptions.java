package org.kindred.eval.benchmark;

import java.util.List;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.judges.RewardOptions;

/**
 * Options of {@code kindred reward compare}.
 *
 * @param seeds runs; each has its own population (simulated data), fits and draws
 * @param shots past choices of a user that arms are given
 * @param targets most targets of each cell, drawn by seed; 0 for all
 * @param bootstrapDraws resamples of users for the intervals of one run
 * @param reward judge, prototypes, scaling
 * @param simulation the simulated population
 */
public record CompareOptions(
        List<Long> seeds,
        List<Integer> shots,
        int targets,
        int bootstrapDraws,
        RewardOptions reward,
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
                RewardOptions.defaults().withJudge(JudgeOptions.defaults()),
                SimulationOptions.defaults());
    }
}
