package org.kindred.policy.bandit;

import java.util.List;

/**
 * The study.
 *
 * @param seed of everything random
 * @param seeds paired runs behind every difference
 * @param tuningSeeds other runs, on which the learning rate of each arm is chosen
 * @param completions G, one column each
 * @param fixedRate learning rate of the first table
 * @param fixed whether to make the table at that rate
 * @param tuned whether to make the table with tuned rates
 */
record BanditOptions(
        long seed,
        int seeds,
        int tuningSeeds,
        List<Integer> completions,
        double fixedRate,
        boolean fixed,
        boolean tuned) {

    public BanditOptions {
        completions = List.copyOf(completions);
        if (seeds < 2 || tuningSeeds < 1) {
            throw new IllegalArgumentException(
                    "seeds = "
                            + seeds
                            + ", tuning_seeds = "
                            + tuningSeeds
                            + ": at least 2 and 1 runs are needed");
        }
        if (completions.isEmpty() || completions.stream().anyMatch(g -> g < 2)) {
            throw new IllegalArgumentException(
                    "completions = " + completions + ": at least one number, each 2 or more");
        }
        if (!(fixedRate > 0) || Double.isInfinite(fixedRate)) {
            throw new IllegalArgumentException("fixed_rate = " + fixedRate + ": must be positive");
        }
        if (!fixed && !tuned) {
            throw new IllegalArgumentException("fixed and tuned are both false: nothing to do");
        }
    }

    /** As published in our design notes: 200 paired runs, 96 for tuning, G 2, 4 and 8, rate 0.5. */
    public static BanditOptions defaults() {
        return new BanditOptions(1, 200, 96, List.of(2, 4, 8), 0.5, true, true);
    }
}
