package org.kindred.eval.pipeline;

/**
 * The small decoder that a run trains from scratch (Llama architecture, tied embeddings,
 * feed-forward 8/3 of the width).
 *
 * @param vocabularySize entries of the byte-level BPE tokenizer, trained on the run's texts
 * @param hiddenSize width; a multiple of {@code heads}
 * @param layers number of layers
 * @param heads attention heads
 * @param keyValueHeads heads of keys and values; divides {@code heads}
 * @param contextTokens longest prompt and completion together
 */
public record PolicyModelOptions(
        int vocabularySize,
        int hiddenSize,
        int layers,
        int heads,
        int keyValueHeads,
        int contextTokens) {

    public PolicyModelOptions {
        if (vocabularySize < 300) {
            throw new IllegalArgumentException(
                    "vocabulary_size = "
                            + vocabularySize
                            + ": at least 300 (256 bytes and the special tokens)");
        }
        if (layers < 1 || contextTokens < 16) {
            throw new IllegalArgumentException(
                    "layers must be positive and context_tokens at least 16");
        }
        if (heads < 1 || hiddenSize < 1 || hiddenSize % (2 * heads) != 0) {
            throw new IllegalArgumentException(
                    "hidden_size = "
                            + hiddenSize
                            + ", heads = "
                            + heads
                            + ": the width of a head must be a whole even number");
        }
        if (keyValueHeads < 1 || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "key_value_heads = " + keyValueHeads + ": must divide heads = " + heads);
        }
    }

    /**
     * Two million parameters; wide and shallow, since operators cost more than arithmetic at this
     * size.
     */
    public static PolicyModelOptions defaults() {
        return new PolicyModelOptions(1536, 256, 2, 8, 8, 192);
    }
}
