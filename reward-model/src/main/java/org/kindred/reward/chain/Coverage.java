package org.kindred.reward.chain;

import java.util.List;
import org.kindred.policy.grpo.ScoreOutcome;

/** The process reward PR of chain writers (P-GenRM, arXiv 2602.12116, 2.2). */
@FunctionalInterface
public interface Coverage {

    /**
     * How well a chain covers what its user is known to want.
     *
     * @param wishes stated ones, or criteria synthesised from what the user chose where there are
     *     none
     * @return PR in [0, 1]; abstained where no wishes are known. A failure is none of the chain's:
     *     it leaves the chain unscored
     */
    ScoreOutcome coverage(String userId, EvaluationChain chain, List<String> wishes);
}
