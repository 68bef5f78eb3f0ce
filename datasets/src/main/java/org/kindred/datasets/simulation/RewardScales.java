package org.kindred.datasets.simulation;

/** How the users' rating scales differ; choices do not depend on it. */
public enum RewardScales {
    /** Groups and users are harsh, lenient, narrow or wide, as people are. */
    VARIED,
    /** Everybody rates on one scale: the control under which normalising by group cannot help. */
    EQUAL,
    /** One scale for all, but the smallest group uses a fifth of its width. */
    MINORITY_FIFTH
}
