package org.kindred.policy.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.JsonFields;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;

/**
 * Shape of a decoder-only language model, as a Hugging Face {@code config.json} states it.
 *
 * <p>Read in both layouts: that of transformers 5 ({@code rope_parameters}, {@code dtype}) and the
 * older one ({@code rope_theta}, {@code rope_scaling}, {@code torch_dtype}). Anything that would
 * change the model's function and is not supported is an error, never passed over.
 *
 * @param headDim elements per head, even; {@code heads * headDim} need not be {@code hiddenSize}
 * @param keyValueHeads divides {@code heads}; smaller means grouped-query attention
 * @param tieWordEmbeddings whether the output layer is the embedding; then there is no {@code
 *     lm_head.weight}
 * @param bosTokenId null if there is none
 * @param eosTokenIds any of these ends a text; may be empty
 * @param padTokenId null if there is none
 * @param storageType the format of the weights on disk: F32, F16 or BF16
 */
public record ModelConfig(
        Architecture architecture,
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headDim,
        double rmsNormEps,
        boolean tieWordEmbeddings,
        int maxPositionEmbeddings,
        Rope rope,
        @Nullable Integer bosTokenId,
        List<Integer> eosTokenIds,
        @Nullable Integer padTokenId,
        StorageType storageType) {

    /** Name of the file in a model folder. */
    public static final String FILE = "config.json";

    static final String EMBEDDING = "model.embed_tokens.weight";
    static final String HEAD = "lm_head.weight";

    /** Bounds a hostile file; ten times the largest models of our day. */
    private static final int MAX_SIZE = 1 << 24;

    private static final int MAX_LAYERS = 1000;

    /** The supported families. They share everything but what the two flags say. */
    public enum Architecture {
        LLAMA("LlamaForCausalLM", "llama", false, false),
        QWEN2("Qwen2ForCausalLM", "qwen2", true, false),
        QWEN3("Qwen3ForCausalLM", "qwen3", false, true);

        private final String className;
        private final String modelType;
        private final boolean attentionBias;
        private final boolean qkNorm;

        Architecture(String className, String modelType, boolean attentionBias, boolean qkNorm) {
            this.className = className;
            this.modelType = modelType;
            this.attentionBias = attentionBias;
            this.qkNorm = qkNorm;
        }

        /** The class in transformers, which {@code architectures} names. */
        String className() {
            return className;
        }

        String modelType() {
            return modelType;
        }
    }

    /** Which of the two layouts of {@code config.json} to write. */
    public enum Layout {
        /** Read by every version of transformers and by the usual servers. */
        V4,
        /** Written by transformers 5; version 4 would silently ignore its rope settings. */
        V5
    }

    /**
     * Rotary position embedding.
     *
     * @param theta base of the frequencies
     * @param llama3 the frequency scaling of Llama 3.1, or null for the plain frequencies
     */
    public record Rope(double theta, @Nullable Llama3Scaling llama3) {
        public Rope {
            requirePositive("rope_theta", theta);
        }

        /** Plain frequencies. */
        public static Rope plain(double theta) {
            return new Rope(theta, null);
        }
    }

    /**
     * Wavelengths above {@code original / lowFreqFactor} are stretched by {@code factor}, those
     * below {@code original / highFreqFactor} are kept, with a linear passage between.
     */
    public record Llama3Scaling(
            double factor,
            double lowFreqFactor,
            double highFreqFactor,
            double originalMaxPositionEmbeddings) {
        public Llama3Scaling {
            requirePositive("factor", factor);
            requirePositive("low_freq_factor", lowFreqFactor);
            requirePositive("original_max_position_embeddings", originalMaxPositionEmbeddings);
            if (!(highFreqFactor > lowFreqFactor) || Double.isInfinite(highFreqFactor)) {
                throw new IllegalArgumentException(
                        "high_freq_factor = " + highFreqFactor + ": must be above low_freq_factor");
            }
        }

        /** The frequency, in radians per position, as it is scaled. */
        public double scale(double frequency) {
            double turns = originalMaxPositionEmbeddings * frequency / (2 * Math.PI);
            double kept = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
            kept = Math.max(0, Math.min(1, kept));
            return kept * frequency + (1 - kept) * frequency / factor;
        }
    }

    public ModelConfig {
        requireRange("vocab_size", vocabSize, MAX_SIZE);
        requireRange("hidden_size", hiddenSize, MAX_SIZE);
        requireRange("intermediate_size", intermediateSize, MAX_SIZE);
        requireRange("num_hidden_layers", layers, MAX_LAYERS);
        requireRange("num_attention_heads", heads, 1 << 12);
        requireRange("num_key_value_heads", keyValueHeads, heads);
        requireRange("head_dim", headDim, 1 << 12);
        requireRange("max_position_embeddings", maxPositionEmbeddings, Integer.MAX_VALUE);
        requirePositive("rms_norm_eps", rmsNormEps);
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "num_key_value_heads = "
                            + keyValueHeads
                            + ": must divide the "
                            + heads
                            + " heads");
        }
        if (headDim % 2 != 0) {
            throw new IllegalArgumentException("head_dim = " + headDim + ": must be even");
        }
        if (storageType.configName() == null) {
            throw new IllegalArgumentException(
                    "dtype = " + storageType + ": must be F32, F16, BF16");
        }
        eosTokenIds = List.copyOf(eosTokenIds);
        for (int id : eosTokenIds) {
            requireId("eos_token_id", id, vocabSize);
        }
        requireId("bos_token_id", bosTokenId == null ? 0 : bosTokenId, vocabSize);
        requireId("pad_token_id", padTokenId == null ? 0 : padTokenId, vocabSize);
    }

    private static void requireId(String field, int id, int vocabSize) {
        if (id < 0 || id >= vocabSize) {
            throw new IllegalArgumentException(
                    field + " = " + id + ": must be from 0 to " + (vocabSize - 1));
        }
    }

    /**
     * A model to be trained from nothing: Llama with tied embeddings and the proportions of small
     * published models (feed-forward 8/3 of the hidden size, rounded up to a multiple of 32).
     *
     * @param hiddenSize a multiple of {@code 2 * heads}
     */
    public static ModelConfig small(
            int vocabSize,
            int hiddenSize,
            int layers,
            int heads,
            int keyValueHeads,
            int maxPositionEmbeddings,
            int eosTokenId,
            int padTokenId) {
        if (hiddenSize % heads != 0) {
            throw new IllegalArgumentException(
                    "hiddenSize = "
                            + hiddenSize
                            + ": must be a multiple of the "
                            + heads
                            + " heads");
        }
        return new ModelConfig(
                Architecture.LLAMA,
                vocabSize,
                hiddenSize,
                (hiddenSize * 8 / 3 + 31) / 32 * 32,
                layers,
                heads,
                keyValueHeads,
                hiddenSize / heads,
                1e-5,
                true,
                maxPositionEmbeddings,
                Rope.plain(10_000),
                null,
                List.of(eosTokenId),
                padTokenId,
                StorageType.F32);
    }

    /** The same with an output layer of its own. */
    ModelConfig untied() {
        return new ModelConfig(
                architecture,
                vocabSize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                keyValueHeads,
                headDim,
                rmsNormEps,
                false,
                maxPositionEmbeddings,
                rope,
                bosTokenId,
                eosTokenIds,
                padTokenId,
                storageType);
    }

    /** Whether the q, k and v projections have biases. */
    public boolean attentionBias() {
        return architecture.attentionBias;
    }

    /** Whether queries and keys pass an RMS norm per head before they are rotated. */
    public boolean qkNorm() {
        return architecture.qkNorm;
    }

    /**
     * Rotation per position of each pair of elements, in radians: {@code theta^(-2i / headDim)},
     * scaled where the model says so.
     *
     * @return headDim / 2 numbers
     */
    public double[] inverseFrequencies() {
        double[] frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double plain = Math.pow(rope.theta, -2.0 * i / headDim);
            frequencies[i] = rope.llama3 == null ? plain : rope.llama3.scale(plain);
        }
        return frequencies;
    }

    /**
     * All weights: the embedding, layer by layer, the final norm and, if untied, the output layer.
     */
    public List<TensorSpec> tensors() {
        List<TensorSpec> specs = new ArrayList<>();
        int queries = heads * headDim;
        int keys = keyValueHeads * headDim;
        specs.add(new TensorSpec(EMBEDDING, vocabSize, hiddenSize));
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "model.layers." + layer + ".";
            specs.add(new TensorSpec(prefix + "input_layernorm.weight", hiddenSize));
            String attention = prefix + "self_attn.";
            specs.add(new TensorSpec(attention + "q_proj.weight", queries, hiddenSize));
            specs.add(new TensorSpec(attention + "k_proj.weight", keys, hiddenSize));
            specs.add(new TensorSpec(attention + "v_proj.weight", keys, hiddenSize));
            if (attentionBias()) {
                specs.add(new TensorSpec(attention + "q_proj.bias", queries));
                specs.add(new TensorSpec(attention + "k_proj.bias", keys));
                specs.add(new TensorSpec(attention + "v_proj.bias", keys));
            }
            if (qkNorm()) {
                specs.add(new TensorSpec(attention + "q_norm.weight", headDim));
                specs.add(new TensorSpec(attention + "k_norm.weight", headDim));
            }
            specs.add(new TensorSpec(attention + "o_proj.weight", hiddenSize, queries));
            specs.add(new TensorSpec(prefix + "post_attention_layernorm.weight", hiddenSize));
            specs.add(
                    new TensorSpec(prefix + "mlp.gate_proj.weight", intermediateSize, hiddenSize));
            specs.add(new TensorSpec(prefix + "mlp.up_proj.weight", intermediateSize, hiddenSize));
            specs.add(
                    new TensorSpec(prefix + "mlp.down_proj.weight", hiddenSize, intermediateSize));
        }
        specs.add(new TensorSpec("model.norm.weight", hiddenSize));
        if (!tieWordEmbeddings) {
            specs.add(new TensorSpec(HEAD, vocabSize, hiddenSize));
        }
        return specs;
    }

    /** Number of distinct parameters. */
    public long parameterCount() {
        return tensors().stream().mapToLong(spec -> spec.shape().size()).sum();
    }

    /**
     * Reads a {@code config.json}.
     *
     * @throws KindredException naming file, field, what was found and what is supported
     */
    public static ModelConfig read(Path file) {
        return ModelConfigJson.read(JsonFields.read(file));
    }

    /** Writes {@code config.json} into a folder, in the layout that every version reads. */
    public void write(Path folder) {
        JsonFields.write(folder.resolve(FILE), toJson(Layout.V4));
    }

    /** The content of a {@code config.json}; transformers loads it as it is. */
    public ObjectNode toJson(Layout layout) {
        return ModelConfigJson.write(this, layout);
    }

    private static void requireRange(String field, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    field + " = " + value + ": must be from 1 to " + most);
        }
    }

    private static void requirePositive(String field, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    field + " = " + value + ": must be positive and finite");
        }
    }
}
