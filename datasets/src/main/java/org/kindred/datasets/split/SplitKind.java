package org.kindred.datasets.split;

/** What a split keeps from training. */
public enum SplitKind {
    /** The one of the data set itself, where it has one. */
    OFFICIAL,
    /** Known users, new pairs. */
    WITHIN_USER,
    /** New users; each shows some pairs as context. */
    USER_DISJOINT,
    /** Seen and unseen users x known and new items. */
    USER_ITEM_CELLS,
    /** Domains that training never shows. */
    BY_DOMAIN,
    /** Each data set in turn is the one that training never shows. */
    LEAVE_ONE_DATASET_OUT,
    /** Some data sets for training, others for the test. */
    SUITE
}
