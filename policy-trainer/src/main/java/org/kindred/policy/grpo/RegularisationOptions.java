package org.kindred.policy.grpo;

import org.kindred.policy.schedule.EntropyBonus;
import org.kindred.policy.schedule.KlSchedule;

/**
 * What holds the policy back.
 *
 * @param beta weight of the KL divergence to the frozen reference; 0 needs no reference
 * @param klSchedule course of beta
 * @param entropyBonus reward for staying undecided
 */
public record RegularisationOptions(double beta, KlSchedule klSchedule, EntropyBonus entropyBonus) {

    public RegularisationOptions {
        if (!(beta >= 0) || Double.isInfinite(beta)) {
            throw new IllegalArgumentException(
                    "beta = " + beta + ": must be finite and at least 0; 0 for no KL term");
        }
        if (beta == 0 && klSchedule != KlSchedule.CONSTANT) {
            throw new IllegalArgumentException(
                    "kl_schedule = "
                            + klSchedule.spelling()
                            + " with beta = 0: there is no KL term; leave kl_schedule out");
        }
    }
}
