package org.kindred.policy.objective;

/** Whether the ratio of new to old policy is taken per token or per completion. */
public enum ImportanceLevel {
    /** {@code exp(lp - old)} of each token. */
    TOKEN,
    /** GSPO (arXiv 2507.18071): {@code exp(mean over the row of lp - old)}, one ratio per row. */
    SEQUENCE
}
