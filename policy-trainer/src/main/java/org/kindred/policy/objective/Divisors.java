package org.kindred.policy.objective;

/**
 * What sums over a micro-batch are divided by, so that the losses of all micro-batches of one
 * optimizer step add up to the loss of that step, however it is cut.
 *
 * @param rows completions of the optimizer step, for grpo, sapo, dr_grpo, luspo
 * @param tokens counted tokens of the optimizer step, for bnpo and the entropy bonus
 * @param items counted tokens of the generation batch, for dapo, cispo, vespo
 * @param maxCompletionLength longest completion that sampling allows, for dr_grpo
 */
public record Divisors(double rows, double tokens, double items, double maxCompletionLength) {

    public Divisors {
        if (!(rows >= 1 && tokens >= 1 && items >= 1 && maxCompletionLength >= 1)) {
            throw new IllegalArgumentException(
                    "rows = "
                            + rows
                            + ", tokens = "
                            + tokens
                            + ", items = "
                            + items
                            + ", maxCompletionLength = "
                            + maxCompletionLength
                            + ": must be at least 1");
        }
    }

    /** For an optimizer step that is also the whole generation batch. */
    public static Divisors of(int rows, int tokens, int maxCompletionLength) {
        int counted = Math.max(1, tokens);
        return new Divisors(rows, counted, counted, maxCompletionLength);
    }
}
