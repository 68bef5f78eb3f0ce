package org.kindred.datasets.source;

/**
 * Options of an import.
 *
 * @param reading choices that formats leave open
 * @param minPairs users with fewer pairs are reported; PersonalRewardBench was built with 5, models
 *     of one user are said to want 50
 * @param removeUsers whether the reported users are also removed
 * @param threads that parse; the rest of the work takes one more
 */
public record ImportOptions(ReadOptions reading, int minPairs, boolean removeUsers, int threads) {

    public ImportOptions {
        if (minPairs < 0) {
            throw new IllegalArgumentException(
                    "min_pairs = " + minPairs + ": must not be negative, for example 5");
        }
        if (threads < 1) {
            throw new IllegalArgumentException(
                    "threads = " + threads + ": must be at least 1, for example 2");
        }
    }

    public static ImportOptions defaults() {
        return new ImportOptions(
                ReadOptions.defaults(), 5, false, Runtime.getRuntime().availableProcessors());
    }
}
