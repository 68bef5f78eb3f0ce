package org.kindred.datasets.source;

import org.kindred.datasets.SeedTree;

/**
 * Choices that some formats leave open.
 *
 * @param seed of what is drawn: candidate lists, and pairs where there are too many
 * @param userColumn the field that names the user in TRL files
 * @param idColumn the field that names the row in TRL files; empty to number the rows instead,
 *     which is also done for rows without the usual {@value #ID_COLUMN}
 * @param pairsPerUser most pairs made of one user's ratings; all pairs of MovieLens-1M would be
 *     tens of millions, and a few hundred already show a taste
 * @param candidates length of a list to choose the next film from, the right one included; 20 makes
 *     chance 5 %, 100 is usual in recommendation papers
 */
public record ReadOptions(
        long seed, String userColumn, String idColumn, int pairsPerUser, int candidates) {

    static final String ID_COLUMN = "id";

    public ReadOptions {
        if (userColumn.isBlank()) {
            throw new IllegalArgumentException(
                    "user_column is empty: name the field that holds the user, for example user_id");
        }
        if (pairsPerUser < 1) {
            throw new IllegalArgumentException(
                    "pairs_per_user = " + pairsPerUser + ": must be at least 1, for example 500");
        }
        if (candidates < 2) {
            throw new IllegalArgumentException(
                    "candidates = " + candidates + ": must be at least 2, for example 20");
        }
    }

    public static ReadOptions defaults() {
        return new ReadOptions(1, "user_id", ID_COLUMN, 500, 20);
    }

    SeedTree seeds() {
        return SeedTree.root(seed);
    }
}
