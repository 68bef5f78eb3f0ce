package org.kindred.datasets;

import java.util.Optional;
import java.util.Set;

/** The four cells of an evaluation: was the user met in training, were the items known. */
public enum SplitCell {
    SEEN_KNOWN,
    SEEN_NEW,
    UNSEEN_KNOWN,
    UNSEEN_NEW;

    static final Set<String> USER_SPLITS = Set.of("seen", "unseen");
    static final Set<String> ITEM_SPLITS = Set.of("train", "test");

    /** The cell of a row; empty if the row has no user split or no item split. */
    public static Optional<SplitCell> of(Preference row) {
        if (row.userSplit() == null || row.itemSplit() == null) {
            return Optional.empty();
        }
        boolean seen = row.userSplit().equals("seen");
        boolean known = row.itemSplit().equals("train");
        return Optional.of(
                seen ? (known ? SEEN_KNOWN : SEEN_NEW) : (known ? UNSEEN_KNOWN : UNSEEN_NEW));
    }
}
