package org.kindred.eval.benchmark;

import java.util.List;
import org.kindred.reward.judge.JudgeOptions;

/**
 * Options of {@code kindred eval benchmark}.
 *
 * @param seed of splits, fits and bootstrap draws
 * @param shots pairs of a user's past that personal arms are given; 0 is the arm without history
 * @param bootstrapDraws resamples of users for the intervals
 * @param judge the rubric judge
 */
public record BenchmarkOptions(
        long seed, List<Integer> shots, int bootstrapDraws, JudgeOptions judge) {

    public BenchmarkOptions {
        shots = List.copyOf(shots);
        for (int k : shots) {
            if (k < 0) {
                throw new IllegalArgumentException(
                        "shots holds "
                                + k
                                + ": numbers of pairs are 0 or more, for example [0, 3, 10, 20]");
            }
        }
        if (bootstrapDraws < 100) {
            throw new IllegalArgumentException(
                    "bootstrap_draws = " + bootstrapDraws + ": at least 100, for example 2000");
        }
    }

    public static BenchmarkOptions defaults() {
        return new BenchmarkOptions(1, List.of(0, 3, 10, 20), 2000, JudgeOptions.defaults());
    }
}
