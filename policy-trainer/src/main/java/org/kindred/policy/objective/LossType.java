package org.kindred.policy.objective;

/**
 * The term of a token and how terms are put together. With r the importance ratio, A the advantage,
 * m the mask and |o| the tokens of a row:
 */
public enum LossType {
    /** Clipped term; mean over a row's tokens, then over rows (arXiv 2402.03300). */
    GRPO,
    /** Clipped term; mean over all tokens. */
    BNPO,
    /** Clipped term; sum over {@code rows * longest allowed completion} (arXiv 2503.20783). */
    DR_GRPO,
    /** Clipped term; sum over the tokens of the generation batch (arXiv 2503.14476). */
    DAPO,
    /**
     * {@code -stop(min(r, epsilon_high)) A lp}, put together as {@code dapo}; the bound is
     * absolute, for example 5.
     */
    CISPO,
    /**
     * {@code -sigmoid(tau (r - 1)) 4 / tau A}, tau 1 for A above 0 and 1.05 else; put together as
     * {@code grpo}.
     */
    SAPO,
    /** Clipped term; sum over a row's tokens, mean over rows; meant for ratios per sequence. */
    LUSPO,
    /**
     * {@code -stop(phi) A lp} with a weight phi per sequence that falls off on either side of ratio
     * 1; put together as {@code dapo}.
     */
    VESPO;

    /** Whether {@code epsilon} and {@code epsilon_high} bound the ratio from both sides. */
    boolean clipped() {
        return switch (this) {
            case GRPO, BNPO, DR_GRPO, DAPO, LUSPO -> true;
            case CISPO, SAPO, VESPO -> false;
        };
    }
}
