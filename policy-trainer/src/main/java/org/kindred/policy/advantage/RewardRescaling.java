package org.kindred.policy.advantage;

import org.kindred.datasets.KindredException;

/** What is done to the rewards of a prompt before the estimator sees them. */
public enum RewardRescaling {
    /** Nothing. */
    NONE,
    /**
     * DISCO (arXiv 2505.15074): {@code r * log(1 + 1 / share_p) / (SC + 1e-5)}, SC the prompt's
     * mean reward, so that rare groups and hard prompts count more. For rewards of 0 or more, and
     * for estimators that only centre: others divide the factor out again.
     */
    DISCO;

    private static final double EPSILON = 1e-5;

    /**
     * Factor on the rewards of one prompt.
     *
     * @param rewards of the scored completions
     * @param share of the prompt's group among the prompts
     */
    double factor(double[] rewards, double share) {
        if (this == NONE) {
            return 1;
        }
        double mean = Moments.of(rewards).mean();
        if (mean < 0) {
            throw new KindredException(
                    "reward_rescaling = disco: the mean reward of a prompt is "
                            + mean
                            + ", but this method needs rewards of 0 or more; shift the reward, or set"
                            + " reward_rescaling = none");
        }
        return Math.log1p(1 / share) / (mean + EPSILON);
    }
}
