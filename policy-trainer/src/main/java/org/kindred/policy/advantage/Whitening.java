package org.kindred.policy.advantage;

/** Whether the finished advantages of a step are rescaled together. */
public enum Whitening {
    /** They stay as the formula gives them. */
    NONE,
    /** Divided by max(0.1, their root mean square over the step) + 1e-6: one common factor. */
    BATCH_RMS
}
