package org.kindred.serve;

/** By which statistics of a group a reward is normalised. */
enum Normalise {
    /** By none: the raw reward; nothing is remembered. */
    NONE,
    /** By the steps before this one. */
    FROZEN,
    /** By this step and those before it; the reply waits until the whole step has come. */
    BATCH,
    /** By the windows of N rewards before this one; the server counts, no step is passed. */
    STREAM
}
