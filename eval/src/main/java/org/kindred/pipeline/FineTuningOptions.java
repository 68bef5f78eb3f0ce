package org.kindred.pipeline;

import java.util.EnumSet;
import java.util.List;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.model.LoraOptions;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.policy.sft.SftOptions;

/**
 * Supervised fine-tuning of a model on the answers that users chose.
 *
 * @param seed of the shuffles and fresh adapters
 * @param raw prompts and answers as plain text, without the chat template
 * @param heldOutShare of the examples, measured and never learned; 0 for none
 * @param epochs passes over the examples
 * @param batchRows examples per update
 * @param microBatchRows examples per forward and backward pass; memory only
 * @param evaluateEvery updates between measurements on the held-out examples; 0 for at the end only
 * @param optimizer rate, schedule, AdamW; the warm-up is cut to a tenth of a short run
 * @param loraRank rank of the adapters that are trained; 0 trains all weights
 * @param loraAlpha numerator of their scale
 * @param loraTargets projections that get an adapter
 * @param checkpoints how often, how many
 * @param engine device, precision, threads
 */
public record FineTuningOptions(
        long seed,
        boolean raw,
        double heldOutShare,
        int epochs,
        int batchRows,
        int microBatchRows,
        int evaluateEvery,
        OptimizerOptions optimizer,
        int loraRank,
        double loraAlpha,
        List<LoraOptions.Projection> loraTargets,
        TrainingRun.Options checkpoints,
        EngineOptions engine) {

    public FineTuningOptions {
        if (!(heldOutShare >= 0 && heldOutShare < 1)) {
            throw new IllegalArgumentException(
                    "held_out_share = " + heldOutShare + ": must be in [0, 1), for example 0.05");
        }
        if (loraRank < 0) {
            throw new IllegalArgumentException(
                    "lora_rank = " + loraRank + ": must be 0 (train all weights) or more");
        }
        loraTargets = List.copyOf(loraTargets);
        if (loraRank > 0) {
            lora(loraRank, loraAlpha, loraTargets);
        }
    }

    /** One epoch of 16 rows at 2e-5, all weights, a twentieth held out. */
    public static FineTuningOptions defaults() {
        LoraOptions lora = LoraOptions.defaults();
        return new FineTuningOptions(
                42,
                false,
                0.05,
                1,
                16,
                4,
                50,
                new OptimizerOptions(
                        2e-5, LearningRateSchedule.Shape.COSINE, 10, AdamWOptions.defaults()),
                0,
                lora.alpha(),
                List.copyOf(lora.targets()),
                TrainingRun.Options.defaults(),
                EngineOptions.defaults());
    }

    /** The adapters; call it only with a rank. */
    LoraOptions lora() {
        return lora(loraRank, loraAlpha, loraTargets);
    }

    private static LoraOptions lora(int rank, double alpha, List<LoraOptions.Projection> targets) {
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("lora_targets: name at least one projection");
        }
        return new LoraOptions(rank, alpha, false, EnumSet.copyOf(targets));
    }

    /** For a run on so many examples. */
    SftOptions sft(int examples) {
        int updates = epochs * ((examples + batchRows - 1) / batchRows);
        OptimizerOptions shortened =
                new OptimizerOptions(
                        optimizer.learningRate(),
                        optimizer.schedule(),
                        Math.min(optimizer.warmupUpdates(), updates / 10),
                        optimizer.adamw());
        return new SftOptions(
                epochs,
                batchRows,
                microBatchRows,
                SftOptions.defaults().windowBatches(),
                shortened,
                evaluateEvery,
                seed);
    }
}
