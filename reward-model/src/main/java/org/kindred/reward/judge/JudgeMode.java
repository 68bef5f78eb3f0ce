package org.kindred.reward.judge;

/** What a judge lets a user's choices change. */
public enum JudgeMode {
    /** Nothing: everybody gets the global model. The control of every benchmark. */
    NO_HISTORY,
    /** A Gaussian prior over the shared axes: suits people who differ by degrees. */
    GAUSSIAN,
    /** A user is one of a few prototypes: suits few choices and people who fall into groups. */
    DISCRETE,
    /** A mixture of Gaussians: prototypes whose members differ from each other. */
    MIXTURE
}
