package org.kindred.datasets.source;

/**
 * Options of an import.
 *
 * @param seed of what is drawn: candidate lists, and pairs where there are too many
 * @param minPairs users with fewer pairs are reported; PersonalRewardBench was built with 5, models
 *     of one user are said to want 50
 * @param removeUsers whether the reported users are also removed
 * @param threads that parse; the rest of the work takes one more
 * @param userColumn as in {@link ReadOptions}, likewise the others
 */
public record ImportOptions(
        long seed,
        int minPairs,
        boolean removeUsers,
        int threads,
        String userColumn,
        String idColumn,
        int pairsPerUser,
        int candidates) {

    public ImportOptions {
        if (minPairs < 0) {
            throw new IllegalArgumentException(
                    "min_pairs = " + minPairs + ": must not be negative, for example 5");
        }
        if (threads < 1) {
            throw new IllegalArgumentException(
                    "threads = " + threads + ": must be at least 1, for example 2");
        }
        new ReadOptions(seed, userColumn, idColumn, pairsPerUser, candidates); // checks the rest
    }

    public static ImportOptions defaults() {
        ReadOptions reading = ReadOptions.defaults();
        return new ImportOptions(
                reading.seed(),
                5,
                false,
                Runtime.getRuntime().availableProcessors(),
                reading.userColumn(),
                reading.idColumn(),
                reading.pairsPerUser(),
                reading.candidates());
    }

    ReadOptions reading() {
        return new ReadOptions(seed, userColumn, idColumn, pairsPerUser, candidates);
    }
}
