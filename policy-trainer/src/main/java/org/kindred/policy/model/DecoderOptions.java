package org.kindred.policy.model;

import org.kindred.datasets.SeedTree;
import org.kindred.options.Meaning;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * The small decoder that a run trains from scratch (Llama architecture, tied embeddings,
 * feed-forward 8/3 of the width).
 */
public record DecoderOptions(
        @Meaning("entries of the byte-level BPE tokenizer, trained on the run's texts")
                int vocabularySize,
        @Meaning("width; a multiple of heads") int hiddenSize,
        @Meaning("number of layers") int layers,
        @Meaning("attention heads") int heads,
        @Meaning("heads of keys and values; divides heads") int keyValueHeads,
        @Meaning("longest prompt and completion together") int contextTokens,
        @Meaning(
                        "standard deviation of the first weights. Transformers' 0.02 suits wide "
                                + "models; a narrow one reads sooner from about 1 / sqrt(hiddenSize)")
                double initializerRange) {

    public DecoderOptions {
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
        if (!(initializerRange > 0 && initializerRange <= 1)) {
            throw new IllegalArgumentException(
                    "initializer_range = "
                            + initializerRange
                            + ": must be above 0 and at most 1, for example 0.02");
        }
    }

    /**
     * Two million parameters; wide and shallow, since operators cost more than arithmetic at this
     * size.
     */
    public static DecoderOptions defaults() {
        return new DecoderOptions(1536, 256, 2, 8, 8, 192, 0.02);
    }

    /** A decoder with random weights for the texts of a tokenizer. */
    public CausalLm create(Tokenizer tokenizer, EngineOptions engine, SeedTree seeds) {
        ModelConfig config =
                ModelConfig.small(
                        tokenizer.vocabularySize(),
                        hiddenSize,
                        layers,
                        heads,
                        keyValueHeads,
                        contextTokens,
                        tokenizer.eosIds().get(0),
                        tokenizer.padId());
        return CausalLm.create(config, engine, seeds, initializerRange);
    }
}
