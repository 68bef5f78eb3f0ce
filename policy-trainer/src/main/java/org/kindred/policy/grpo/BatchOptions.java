package org.kindred.policy.grpo;

/**
 * How much goes into a step.
 *
 * @param promptsPerStep distinct prompts whose completions are sampled and learned from together
 * @param completionsPerPrompt G, at least 2
 * @param groupSampling how prompts are drawn
 * @param innerEpochs optimizer updates per rollout; above 1 the ratio to the sampling policy
 *     departs from 1 and clipping begins to act
 * @param microBatchRows completions per forward and backward pass; a matter of memory and speed,
 *     not of the result (except for rounding and the entropy quantile)
 */
public record BatchOptions(
        int promptsPerStep,
        int completionsPerPrompt,
        GroupSampling groupSampling,
        int innerEpochs,
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
