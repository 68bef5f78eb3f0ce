package org.kindred.datasets.source;

import org.kindred.options.Meaning;

/** Options of an import. */
public record ImportOptions(
        @Meaning(
                        value =
                                "of what is drawn: candidate lists, and pairs where there are too many",
                        essential = true)
                long seed,
        @Meaning(
                        value =
                                "users with fewer pairs are reported; PersonalRewardBench was built with 5, models of "
                                        + "one user are said to want 50",
                        essential = true)
                int minPairs,
        @Meaning(value = "whether the reported users are also removed", essential = true)
                boolean removeUsers,
        @Meaning("threads that parse; the rest of the work takes one more") int threads,
        @Meaning(
                        value =
                                "field that names the user in TRL files; other formats do not read it",
                        essential = true)
                String userColumn,
        @Meaning(
                        "field that names the row in TRL files; empty to number the rows, as "
                                + "rows without the usual id are")
                String idColumn,
        @Meaning(
                        value =
                                "most pairs made of one user's ratings; all pairs of MovieLens-1M would be tens of "
                                        + "millions, and a few hundred already show a taste",
                        essential = true)
                int pairsPerUser,
        @Meaning(
                        "length of a list to choose the next film from, the right one included; "
                                + "20 makes chance 5 %, 100 is usual in recommendation papers")
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
