package org.kindred.reward.training;

import org.kindred.options.Meaning;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.policy.sft.SftOptions;

/** A supervised stage: chains to imitate, or pairs to tell apart. */
public record ImitationOptions(
        @Meaning(value = "passes over the examples", essential = true) int epochs,
        @Meaning("examples an update") int batchRows,
        @Meaning("examples per forward and backward pass; a matter of memory") int microBatchRows,
        @Meaning("rate, schedule and AdamW") OptimizerOptions optimizer) {
    private static final int WINDOW_BATCHES = 16;

    public ImitationOptions {
        if (epochs < 1 || batchRows < 1 || microBatchRows < 1) {
            throw new IllegalArgumentException(
                    "epochs = "
                            + epochs
                            + ", batch_rows = "
                            + batchRows
                            + ", micro_batch_rows = "
                            + microBatchRows
                            + ": must be 1 or more; a stage is left out by stages");
        }
    }

    /** Two epochs of 64 rows at 1e-5; the paper prints none of the three. */
    public static ImitationOptions defaults() {
        OptimizerOptions optimizer =
                new OptimizerOptions(
                        1e-5, LearningRateSchedule.Shape.COSINE, 10, AdamWOptions.defaults());
        return new ImitationOptions(2, 64, 16, optimizer);
    }

    /** For so many examples; a run that is shorter than its warm-up warms up throughout. */
    SftOptions sft(int examples, long seed) {
        int updates = epochs * ((examples + batchRows - 1) / batchRows);
        return new SftOptions(
                epochs,
                batchRows,
                microBatchRows,
                WINDOW_BATCHES,
                optimizer.forUpdates(updates),
                0,
                seed);
    }
}
