package org.kindred.policy.grpo;

import org.kindred.options.Meaning;
import org.kindred.options.Spelling;
import org.kindred.policy.schedule.EntropyBonus;
import org.kindred.policy.schedule.KlSchedule;

/** What holds the policy back. */
public record RegularisationOptions(
        @Meaning(
                        value =
                                "weight of the KL divergence to the frozen reference; 0 needs no reference",
                        essential = true)
                double beta,
        @Meaning("course of beta") KlSchedule klSchedule,
        @Meaning(
                        "reward for staying undecided: none, constant:B, or linear:B, which "
                                + "falls to 0 with the last step. B does not carry over between tasks, "
                                + "tune it")
                EntropyBonus entropyBonus) {

    public RegularisationOptions {
        if (!(beta >= 0) || Double.isInfinite(beta)) {
            throw new IllegalArgumentException(
                    "beta = " + beta + ": must be finite and at least 0; 0 for no KL term");
        }
        if (beta == 0 && klSchedule != KlSchedule.CONSTANT) {
            throw new IllegalArgumentException(
                    "kl_schedule = "
                            + Spelling.of(klSchedule)
                            + " with beta = 0: there is no KL term; leave kl_schedule out");
        }
    }
}
