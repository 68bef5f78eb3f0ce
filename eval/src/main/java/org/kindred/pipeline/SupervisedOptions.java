package org.kindred.pipeline;

import org.kindred.options.Meaning;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.policy.sft.SftOptions;

/** Supervised fine-tuning on the answers that training users chose. */
public record SupervisedOptions(
        @Meaning(value = "passes over the examples; 0 skips the stage", essential = true)
                int epochs,
        @Meaning(value = "chosen answers at most, drawn by the seed; 0 for all", essential = true)
                int examples,
        @Meaning(
                        "answers that the judge picks for users of all groups alike, each the best of all that"
                                + " training has to a prompt; learned beside the chosen ones; 0 for none")
                int picks,
        @Meaning(
                        "texts for nobody in particular (the simulation's, or answers of training rows), each"
                                + " learned under the persona of a training user, of all groups alike, and the"
                                + " best of eight for them as the judge thinks; 0 for none")
                int suited,
        @Meaning("share of the examples that is measured and never learned; 0 for none")
                double heldOutShare,
        @Meaning("examples an update") int batchRows,
        @Meaning("examples per forward and backward pass; a matter of memory, not of the result")
                int microBatchRows,
        @Meaning("updates between measurements on the held-out examples; 0 for at the end only")
                int evaluateEvery,
        @Meaning("rate, schedule, AdamW") OptimizerOptions optimizer) {
    private static final int WARMUP_PART = 10; // of a short run

    public SupervisedOptions {
        if (epochs < 0 || examples < 0 || picks < 0 || suited < 0) {
            throw new IllegalArgumentException(
                    "epochs = "
                            + epochs
                            + ", examples = "
                            + examples
                            + ", picks = "
                            + picks
                            + ", suited = "
                            + suited
                            + ": must be 0 or more");
        }
        if (!(heldOutShare >= 0 && heldOutShare < 1)) {
            throw new IllegalArgumentException(
                    "held_out_share = " + heldOutShare + ": must be in [0, 1), for example 0.05");
        }
        if (batchRows < 1 || microBatchRows < 1 || evaluateEvery < 0) {
            throw new IllegalArgumentException(
                    "batch_rows = "
                            + batchRows
                            + ", micro_batch_rows = "
                            + microBatchRows
                            + ", evaluate_every = "
                            + evaluateEvery
                            + ": rows must be 1 or more, evaluate_every 0 or more");
        }
    }

    /** For the small decoder of a default run. */
    public static SupervisedOptions defaults() {
        return new SupervisedOptions(
                1,
                800,
                800,
                6_400,
                0,
                16,
                16,
                0,
                new OptimizerOptions(
                        1.5e-3,
                        LearningRateSchedule.Shape.COSINE,
                        20,
                        // a run of some hundred updates forgets its first gradients
                        new AdamWOptions(0.9, 0.98, 1e-8, 0.0, 1.0)));
    }

    /** For a run on so many examples; the warm-up is at most a tenth of it. */
    SftOptions sft(int learned, long seed) {
        return sft(learned, optimizer.learningRate(), epochs, seed);
    }

    /** The same batches and schedule at another rate: the language before the choices. */
    SftOptions language(int learned, double rate, long seed) {
        return sft(learned, rate, 1, seed);
    }

    private SftOptions sft(int learned, double rate, int passes, long seed) {
        int updates = passes * ((learned + batchRows - 1) / batchRows);
        OptimizerOptions shortened =
                new OptimizerOptions(
                        rate,
                        optimizer.schedule(),
                        Math.min(optimizer.warmupUpdates(), updates / WARMUP_PART),
                        optimizer.adamw());
        return new SftOptions(
                passes,
                batchRows,
                microBatchRows,
                SftOptions.defaults().windowBatches(),
                shortened,
                evaluateEvery,
                seed);
    }
}
