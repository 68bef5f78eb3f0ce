package org.kindred.policy.advantage;

import org.kindred.options.Spelling;

/** The methods that turn rewards into advantages. */
public enum EstimatorKind {
    /** (r - prompt mean) / prompt std; arXiv 2402.03300. */
    GRPO,
    /** r - prompt mean; arXiv 2503.20783. */
    DR_GRPO,
    /** r - mean of the other completions; arXiv 2402.14740. */
    RLOO,
    /** (r - step mean) / step std; arXiv 2501.03262. */
    REINFORCE_PP,
    /** (r - prompt mean) / step std of that difference; arXiv 2501.03262. */
    REINFORCE_PP_BASELINE,
    /** (r - prompt mean) / step std of rewards; arXiv 2508.08221. */
    LITE_PPO,
    /** Several rewards, normalised one by one, summed, standardised; arXiv 2601.05242. */
    GDPO,
    /** (r - group history mean) / group history std; arXiv 2603.10009. */
    P_GRPO,
    /** Our extension: shrunk baseline over the history of the group. */
    P_GRPO_SHRUNK;

    /** Whether the method reads and keeps a history per preference group. */
    public boolean usesHistory() {
        return this == P_GRPO || this == P_GRPO_SHRUNK;
    }

    public String spelling() {
        return Spelling.of(this);
    }
}
