package org.kindred.eval.benchmark;

import java.util.List;
import org.kindred.reward.judge.JudgeOptions;

/**
 * Options of {@code kindred eval benchmark}.
 *
 * @param seed of splits, fits and bootstrap draws
 * @param split what is kept from training: {@code rows} as the rows say, and seen/unseen users x
 *     known/new items where they say nothing; {@code official} as published (PersonalRewardBench:
 *     train and val show the taste, test is the target); {@code user_disjoint} new users; {@code
 *     within_user}, {@code user_item_cells}, {@code by_domain} as in {@code kindred data split}
 * @param shots pairs of a user's past that personal arms are given; 0 is the arm without history
 * @param targets most targets of each cell, drawn by seed, for judges that cost; 0 for all
 * @param groups whose accuracy is told apart besides: an attribute of the users, {@code group}, or
 *     {@code FILE.csv#COLUMN} with user ids in the first column; empty for none. No model reads it
 * @param trainingUsers numbers of training users for a curve; empty for none. Each is a fit of its
 *     own
 * @param bootstrapDraws resamples of users for the intervals, and sign patterns of the tests
 * @param judge the rubric judge
 */
public record BenchmarkOptions(
        long seed,
        Split split,
        List<Integer> shots,
        int targets,
        String groups,
        List<Integer> trainingUsers,
        int bootstrapDraws,
        JudgeOptions judge) {

    /** What is kept from training. */
    public enum Split {
        ROWS,
        OFFICIAL,
        WITHIN_USER,
        USER_DISJOINT,
        USER_ITEM_CELLS,
        BY_DOMAIN
    }

    public BenchmarkOptions {
        shots = List.copyOf(shots);
        trainingUsers = List.copyOf(trainingUsers);
        for (int k : shots) {
            if (k < 0) {
                throw new IllegalArgumentException(
                        "shots holds "
                                + k
                                + ": numbers of pairs are 0 or more, for example [0, 3, 10, 20]");
            }
        }
        for (int users : trainingUsers) {
            if (users < 2) {
                throw new IllegalArgumentException(
                        "training_users holds "
                                + users
                                + ": numbers of users are 2 or more, for example [10, 30, 100]");
            }
        }
        if (targets < 0) {
            throw new IllegalArgumentException(
                    "targets = " + targets + ": must be 0 (all) or more, for example 200");
        }
        if (bootstrapDraws < 100) {
            throw new IllegalArgumentException(
                    "bootstrap_draws = " + bootstrapDraws + ": at least 100, for example 2000");
        }
    }

    public static BenchmarkOptions defaults() {
        return new BenchmarkOptions(
                1,
                Split.ROWS,
                List.of(0, 3, 10, 20),
                0,
                "",
                List.of(),
                2000,
                JudgeOptions.defaults());
    }
}
