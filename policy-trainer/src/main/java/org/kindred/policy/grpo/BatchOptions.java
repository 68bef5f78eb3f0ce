package org.kindred.policy.grpo;

import org.kindred.options.Meaning;

/** How much goes into a step. */
public record BatchOptions(
        @Meaning(
                        value =
                                "distinct prompts whose completions are sampled and learned from together",
                        essential = true)
                int promptsPerStep,
        @Meaning(value = "G, at least 2", essential = true) int completionsPerPrompt,
        @Meaning(
                        "how often prompts of each preference group are drawn: natural by their "
                                + "share, balanced all groups alike, tempered:G between them. It decides "
                                + "how much a small group is heard; it changes the objective")
                GroupSampling groupSampling,
        @Meaning(
                        "optimizer updates per rollout; above 1 the ratio to the sampling "
                                + "policy departs from 1 and clipping begins to act")
                int innerEpochs,
        @Meaning(
                        "completions per forward and backward pass; a matter of memory and "
                                + "speed, not of the result (except for rounding and the entropy "
                                + "quantile)")
                int microBatchRows) {

    public BatchOptions {
        requireAtLeast(1, "prompts_per_step", promptsPerStep);
        requireAtLeast(2, "completions_per_prompt", completionsPerPrompt);
        requireAtLeast(1, "inner_epochs", innerEpochs);
        requireAtLeast(1, "micro_batch_rows", microBatchRows);
    }

    private static void requireAtLeast(int least, String key, int value) {
        if (value < least) {
            throw new IllegalArgumentException(key + " = " + value + ": must be at least " + least);
        }
    }
}
