package org.kindred.policy.sft;

import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.schedule.OptimizerOptions;

/**
 * A supervised run.
 *
 * @param epochs passes over the examples
 * @param batchRows examples per optimizer update
 * @param microBatchRows examples per forward and backward pass; a matter of memory, not of the
 *     result (except for rounding)
 * @param windowBatches batches that are formed together: examples of a window are sorted by length,
 *     which saves padding, at the price of batches of like lengths; 1 sorts inside a batch only
 * @param optimizer rate, schedule and AdamW
 * @param evaluateEvery updates between measurements on the held-out examples, which are also made
 *     at the end; 0 for at the end only
 * @param seed root of the shuffles
 */
public record SftOptions(
        int epochs,
        int batchRows,
        int microBatchRows,
        int windowBatches,
        OptimizerOptions optimizer,
        int evaluateEvery,
        long seed) {

    public SftOptions {
        requireAtLeast(1, "epochs", epochs);
        requireAtLeast(1, "batch_rows", batchRows);
        requireAtLeast(1, "micro_batch_rows", microBatchRows);
        requireAtLeast(1, "window_batches", windowBatches);
        requireAtLeast(0, "evaluate_every", evaluateEvery);
    }

    /** Three epochs of 16 rows, rate 2e-5 along a cosine after 10 updates of warm-up. */
    public static SftOptions defaults() {
        OptimizerOptions optimizer =
                new OptimizerOptions(
                        2e-5, LearningRateSchedule.Shape.COSINE, 10, AdamWOptions.defaults());
        return new SftOptions(3, 16, 16, 16, optimizer, 0, 42);
    }

    private static void requireAtLeast(int least, String key, int value) {
        if (value < least) {
            throw new IllegalArgumentException(key + " = " + value + ": must be at least " + least);
        }
    }
}
