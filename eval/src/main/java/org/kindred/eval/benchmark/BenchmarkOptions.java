package org.kindred.eval.benchmark;

import java.util.List;
import org.kindred.eval.alignment.SmallGroups;
import org.kindred.options.Meaning;
import org.kindred.reward.judge.JudgeOptions;
import org.kindred.reward.judges.RewardOptions;

/** Options of {@code kindred eval benchmark}. */
public record BenchmarkOptions(
        @Meaning(value = "of splits, fits and bootstrap draws", essential = true) long seed,
        @Meaning(
                        value =
                                "what is kept from training: rows as the rows say, and seen/unseen users x known/new "
                                        + "items where they say nothing; official as published (PersonalRewardBench: train and "
                                        + "val show the taste, test is the target); user_disjoint new users; within_user, "
                                        + "user_item_cells, by_domain as in kindred data split",
                        essential = true)
                Split split,
        @Meaning(
                        value =
                                "pairs of a user's past that personal arms are given; 0 is the arm without history",
                        essential = true)
                List<Integer> shots,
        @Meaning(
                        value =
                                "most targets of each cell, drawn by seed, for judges that cost; 0 for all",
                        essential = true)
                int targets,
        @Meaning(
                        value =
                                "whose accuracy is told apart besides: an attribute of the users, group, or "
                                        + "FILE.csv#COLUMN with user ids in the first column; empty for none. No model reads it",
                        essential = true)
                String groups,
        @Meaning(
                        "of real people: users that a group needs to be shown in tables; those of smaller ones are"
                                + " counted among all users. 1 shows every group")
                int leastGroupUsers,
        @Meaning(
                        "numbers of training users for a curve; empty for none. Each is a fit "
                                + "of its own")
                List<Integer> trainingUsers,
        @Meaning(
                        value =
                                "resamples of users for the intervals, and sign patterns of the tests",
                        essential = true)
                int bootstrapDraws,
        @Meaning(
                        "the rubric judge, which every benchmark fits, and a language model beside it where spec"
                                + " names one")
                RewardOptions judge) {

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

    public static BenchmarkOptions defaults() {
        return new BenchmarkOptions(
                1,
                Split.ROWS,
                List.of(0, 3, 10, 20),
                0,
                "",
                SmallGroups.LEAST_USERS,
                List.of(),
                2000,
                RewardOptions.defaults().withRubric(JudgeOptions.search()));
    }
}
