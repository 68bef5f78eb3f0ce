package org.kindred.policy.model;

import org.kindred.options.Meaning;

/** Where and how a model computes. */
public record EngineOptions(
        @Meaning(
                        value =
                                "where the numbers are computed; auto takes a GPU where libtorch finds one",
                        essential = true)
                Device device,
        @Meaning(
                        value =
                                "of the passes; weights, gradients and optimizer state are float32 in either",
                        essential = true)
                Precision precision,
        @Meaning(
                        "of sampling; bf16 halves the memory that each token reads. Where it is "
                                + "not that of the passes, the trainer corrects for the difference. "
                                + "Passes in bf16 sample in bf16")
                Precision rolloutPrecision,
        @Meaning(
                        value =
                                "native threads; 0 takes all processors. Numbers repeat bit for bit only at the same "
                                        + "count",
                        essential = true)
                int threads,
        @Meaning(
                        "layers, counted from the last, whose intermediate results stay in "
                                + "memory between forward and backward; the others are computed again, "
                                + "which costs 10-30 % of the time and saves most of the memory. A number "
                                + "above the model's layers means all")
                int keptLayers,
        @Meaning("logits held at a time, in MiB; the trainer never holds all of them")
                int headChunkMiB,
        @Meaning("padded tokens that one scoring call handles at a time") int scoreChunkTokens,
        @Meaning("bound on keys, values and logits of rows that are decoded together") int cacheMiB,
        @Meaning(
                        "while decoding, hold a second copy of the matrices in the order the "
                                + "processor reads them: faster where matrices are large, x86-64 only; "
                                + "elsewhere it has no effect")
                boolean packWeights) {

    /** The processor or an accelerator. */
    public enum Device {
        AUTO,
        CPU,
        GPU
    }

    /** Type of the numbers in forward and backward passes. */
    public enum Precision {
        F32,
        BF16
    }

    public EngineOptions {
        require(threads >= 0, "threads", threads, "0 (all processors) or more");
        require(keptLayers >= 0, "keptLayers", keptLayers, "0 or more");
        require(headChunkMiB >= 1, "headChunkMiB", headChunkMiB, "1 or more");
        require(scoreChunkTokens >= 1, "scoreChunkTokens", scoreChunkTokens, "1 or more");
        require(cacheMiB >= 1, "cacheMiB", cacheMiB, "1 or more");
    }

    public static EngineOptions defaults() {
        return new EngineOptions(
                Device.AUTO,
                Precision.F32,
                Precision.F32,
                0,
                Integer.MAX_VALUE,
                64,
                16_384,
                1024,
                true);
    }

    public EngineOptions withDevice(Device value) {
        return new EngineOptions(
                value,
                precision,
                rolloutPrecision,
                threads,
                keptLayers,
                headChunkMiB,
                scoreChunkTokens,
                cacheMiB,
                packWeights);
    }

    public EngineOptions withPrecision(Precision value) {
        return new EngineOptions(
                device,
                value,
                rolloutPrecision,
                threads,
                keptLayers,
                headChunkMiB,
                scoreChunkTokens,
                cacheMiB,
                packWeights);
    }

    public EngineOptions withRolloutPrecision(Precision value) {
        return new EngineOptions(
                device,
                precision,
                value,
                threads,
                keptLayers,
                headChunkMiB,
                scoreChunkTokens,
                cacheMiB,
                packWeights);
    }

    public EngineOptions withThreads(int value) {
        return new EngineOptions(
                device,
                precision,
                rolloutPrecision,
                value,
                keptLayers,
                headChunkMiB,
                scoreChunkTokens,
                cacheMiB,
                packWeights);
    }

    public EngineOptions withKeptLayers(int value) {
        return new EngineOptions(
                device,
                precision,
                rolloutPrecision,
                threads,
                value,
                headChunkMiB,
                scoreChunkTokens,
                cacheMiB,
                packWeights);
    }

    /** Whether sampled log-probabilities are of another precision than those of the passes. */
    public boolean samplerDiffers() {
        return precision == Precision.F32 && rolloutPrecision == Precision.BF16;
    }

    /** The thread count as it takes effect. */
    public int nativeThreads() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    private static void require(boolean holds, String name, int value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " = " + value + ": must be " + allowed);
        }
    }
}
