package org.kindred.reward.chain;

import org.kindred.options.Meaning;

/**
 * Reward of a chain writer under training (P-GenRM, arXiv 2602.12116, Eq. 3).
 *
 * <pre>
 * R = alpha PR + beta OR,   OR = 1 if s_chosen &gt; s_rejected, else 0: a tie earns 0
 * </pre>
 */
public record StageReward(
        @Meaning("weight of the process reward PR, 0 to 1; 0 in the last stage") double alpha,
        @Meaning(
                        "weight of the outcome reward OR; another number than the weight of the "
                                + "KL term")
                double beta,
        @Meaning("reward of a chain that cannot be read") double penalty,
        @Meaning("whether the penalty stands alone or is added to what else was earned")
                boolean replaces) {
    public StageReward {
        if (!(alpha >= 0 && beta >= 0 && penalty <= 0)) {
            throw new IllegalArgumentException(
                    "alpha = "
                            + alpha
                            + ", beta = "
                            + beta
                            + ", penalty = "
                            + penalty
                            + ": weights must be 0 or more, the penalty 0 or less");
        }
    }

    /** Stage 2: alpha 0.5, beta 1, penalty -0.1 instead of everything else. */
    public static StageReward criteria() {
        return new StageReward(0.5, 1, -0.1, true);
    }

    /** Stage 3: the outcome alone. */
    public static StageReward outcomeOnly() {
        return new StageReward(0, 1, -0.1, true);
    }

    /**
     * Reward of a chain that was read.
     *
     * @param coverage PR, 0 to 1
     */
    public double of(double coverage, double chosenScore, double rejectedScore) {
        return alpha * coverage + beta * (chosenScore > rejectedScore ? 1 : 0);
    }

    /** Reward of a chain that cannot be read. */
    public double malformed(double coverage) {
        return replaces ? penalty : penalty + alpha * coverage;
    }
}
