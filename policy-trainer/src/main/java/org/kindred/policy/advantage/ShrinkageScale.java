package org.kindred.policy.advantage;

/** What the shrinkage estimator divides a centred reward by. */
public enum ShrinkageScale {
    /** sqrt(sigma2_w): the spread inside a prompt. */
    WITHIN,
    /** sqrt(sigma2_w * (1 + w / (G - 1))): the exact standard deviation of r_i - b_i. */
    PREDICTIVE,
    /** sqrt(sigma2_w + tau2): the paper's scale up to divisors; inflated by prompt difficulty. */
    TOTAL,
    /**
     * The prompt's own spread, drawn towards the typical one of its group as far as spreads differ
     * by no more than chance: {@code log scale^2 = k (v - c) + (1 - k) mean(v - c)}, see {@link
     * LogSpreads}.
     */
    JAMES_STEIN
}
