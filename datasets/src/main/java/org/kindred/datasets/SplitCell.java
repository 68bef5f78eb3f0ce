package org.kindred.datasets;

import java.util.Optional;
import java.util.Set;

/**
 * The four cells of an evaluation: was the user met in training, were the items known. Rows out of
 * distribution are in no cell; they are a table of their own.
 */
public enum SplitCell {
    SEEN_KNOWN,
    SEEN_NEW,
    UNSEEN_KNOWN,
    UNSEEN_NEW;

    /** The {@link Preference#split} of rows whose domain training never shows. */
    public static final String OUT_OF_DISTRIBUTION = "ood";

    static final Set<String> USER_SPLITS = Set.of("seen", "unseen");
    static final Set<String> ITEM_SPLITS = Set.of("train", "test");

    /** The cell of a row; empty without user split or item split, and out of distribution. */
    public static Optional<SplitCell> of(Preference row) {
        if (row.userSplit() == null
                || row.itemSplit() == null
                || OUT_OF_DISTRIBUTION.equals(row.split())) {
            return Optional.empty();
        }
        boolean seen = row.userSplit().equals("seen");
        boolean known = row.itemSplit().equals("train");
        return Optional.of(
                seen ? (known ? SEEN_KNOWN : SEEN_NEW) : (known ? UNSEEN_KNOWN : UNSEEN_NEW));
    }
}
