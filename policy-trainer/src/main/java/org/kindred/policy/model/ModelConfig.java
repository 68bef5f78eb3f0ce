package org.kindred.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
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

        double scale(double frequency) {
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
        List<Integer> ids = new ArrayList<>(eosTokenIds);
        ids.add(bosTokenId == null ? 0 : bosTokenId);
        ids.add(padTokenId == null ? 0 : padTokenId);
        for (int id : ids) {
            if (id < 0 || id >= vocabSize) {
                throw new IllegalArgumentException(
                        "token id " + id + ": must be from 0 to " + (vocabSize - 1));
            }
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

    /** Whether the q, k and v projections have biases. */
    public boolean attentionBias() {
        return architecture.attentionBias;
    }

    /** Whether queries and keys pass an RMS norm per head before they are rotated. */
    public boolean qkNorm() {
        return architecture.qkNorm;
    }

    /** The same model, stored in another format. */
    public ModelConfig withStorageType(StorageType type) {
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
                tieWordEmbeddings,
                maxPositionEmbeddings,
                rope,
                bosTokenId,
                eosTokenIds,
                padTokenId,
                type);
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
        specs.add(new TensorSpec("model.embed_tokens.weight", vocabSize, hiddenSize));
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
            specs.add(new TensorSpec("lm_head.weight", vocabSize, hiddenSize));
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
        JsonFields json = JsonFields.read(file);
        Architecture architecture = readArchitecture(json);
        refuseUnsupported(json, architecture);
        try {
            int heads = json.requireInt("num_attention_heads");
            int hidden = json.requireInt("hidden_size");
            // The defaults for absent fields are those of the architecture's class in transformers.
            boolean llama = architecture == Architecture.LLAMA;
            int headDim = architecture == Architecture.QWEN3 ? 128 : hidden / Math.max(1, heads);
            return new ModelConfig(
                    architecture,
                    json.requireInt("vocab_size"),
                    hidden,
                    json.requireInt("intermediate_size"),
                    json.requireInt("num_hidden_layers"),
                    heads,
                    json.intOr("num_key_value_heads", heads),
                    json.intOr("head_dim", headDim),
                    json.doubleOr("rms_norm_eps", 1e-6),
                    json.booleanOr("tie_word_embeddings", false),
                    json.intOr("max_position_embeddings", llama ? 2048 : 32768),
                    readRope(json),
                    readId(json, "bos_token_id", llama ? 1 : null),
                    readEos(json, llama ? List.of(2) : List.of()),
                    readId(json, "pad_token_id", null),
                    readStorageType(json));
        } catch (IllegalArgumentException e) {
            throw new KindredException(file + ": " + e.getMessage(), e);
        }
    }

    /** Writes {@code config.json} into a folder, in the layout that every version reads. */
    public void write(Path folder) {
        JsonFields.write(folder.resolve(FILE), toJson(Layout.V4));
    }

    /** The content of a {@code config.json}; transformers loads it as it is. */
    public ObjectNode toJson(Layout layout) {
        ObjectNode json = JsonFields.newObject();
        json.putArray("architectures").add(architecture.className);
        json.put("model_type", architecture.modelType);
        json.put("vocab_size", vocabSize);
        json.put("hidden_size", hiddenSize);
        json.put("intermediate_size", intermediateSize);
        json.put("num_hidden_layers", layers);
        json.put("num_attention_heads", heads);
        json.put("num_key_value_heads", keyValueHeads);
        json.put("head_dim", headDim);
        json.put("hidden_act", "silu");
        json.put("rms_norm_eps", rmsNormEps);
        json.put("max_position_embeddings", maxPositionEmbeddings);
        json.put("tie_word_embeddings", tieWordEmbeddings);
        json.put("bos_token_id", bosTokenId);
        json.put("pad_token_id", padTokenId);
        if (eosTokenIds.size() == 1) {
            json.put("eos_token_id", eosTokenIds.get(0));
        } else if (eosTokenIds.isEmpty()) {
            json.putNull("eos_token_id");
        } else {
            ArrayNode ids = json.putArray("eos_token_id");
            eosTokenIds.forEach(ids::add);
        }
        if (layout == Layout.V4) {
            json.put("rope_theta", rope.theta);
            json.putNull("rope_scaling");
            if (rope.llama3 != null) {
                putScaling(json.putObject("rope_scaling"), rope.llama3);
            }
            json.put("torch_dtype", storageType.configName());
        } else {
            ObjectNode parameters = json.putObject("rope_parameters");
            parameters.put("rope_theta", rope.theta);
            parameters.put("rope_type", "default");
            if (rope.llama3 != null) {
                putScaling(parameters, rope.llama3);
            }
            json.put("dtype", storageType.configName());
        }
        return json;
    }

    private static void putScaling(ObjectNode json, Llama3Scaling scaling) {
        json.put("rope_type", "llama3");
        json.put("factor", scaling.factor);
        json.put("low_freq_factor", scaling.lowFreqFactor);
        json.put("high_freq_factor", scaling.highFreqFactor);
        double original = scaling.originalMaxPositionEmbeddings;
        if (original == Math.rint(original)) {
            json.put(
                    "original_max_position_embeddings",
                    (long) original); // transformers wants an int
        } else {
            json.put("original_max_position_embeddings", original);
        }
    }

    private static Architecture readArchitecture(JsonFields json) {
        JsonNode names = json.get("architectures");
        for (Architecture architecture : Architecture.values()) {
            if (names != null
                    && names.isArray()
                    && names.size() == 1
                    && architecture.className.equals(names.get(0).textValue())) {
                String type = json.text("model_type");
                if (type != null && !type.equals(architecture.modelType)) {
                    throw json.unexpected("model_type", architecture.modelType);
                }
                return architecture;
            }
        }
        throw json.unexpected(
                "architectures",
                Arrays.stream(Architecture.values())
                        .map(a -> "[\"" + a.className + "\"]")
                        .collect(Collectors.joining(" or ")));
    }

    private static void refuseUnsupported(JsonFields json, Architecture architecture) {
        String activation = json.text("hidden_act");
        if (activation != null && !activation.equals("silu")) {
            throw json.unexpected("hidden_act", "\"silu\"");
        }
        for (String flag : List.of("attention_bias", "mlp_bias", "rope_interleaved")) {
            // Qwen2 has its biases whatever such a field says.
            if (architecture != Architecture.QWEN2 && json.booleanOr(flag, false)) {
                throw json.unexpected(flag, "false");
            }
        }
        if (json.doubleOr("partial_rotary_factor", 1) != 1) {
            throw json.unexpected("partial_rotary_factor", "1");
        }
        if (json.has("quantization_config")) {
            throw json.unexpected(
                    "quantization_config", "none (float32, float16, bfloat16 weights)");
        }
        JsonNode types = json.get("layer_types");
        if (types != null) {
            boolean full =
                    StreamSupport.stream(types.spliterator(), false)
                            .allMatch(type -> "full_attention".equals(type.textValue()));
            if (!full) {
                throw json.unexpected("layer_types", "\"full_attention\" for every layer");
            }
        } else if (architecture != Architecture.LLAMA
                && json.booleanOr("use_sliding_window", false)
                && json.has("sliding_window")
                && json.intOr("max_window_layers", 28) < json.requireInt("num_hidden_layers")) {
            throw json.unexpected("use_sliding_window", "false (full attention in every layer)");
        }
    }

    private static Rope readRope(JsonFields json) {
        JsonFields scaling = json.object("rope_scaling");
        JsonFields parameters = json.object("rope_parameters");
        if (scaling != null && parameters != null && !scaling.node().equals(parameters.node())) {
            throw json.unexpected("rope_scaling", "none where rope_parameters is given");
        }
        JsonFields rope = parameters == null ? scaling : parameters;
        double theta = json.doubleOr("rope_theta", 10_000);
        if (rope == null) {
            return Rope.plain(theta);
        }
        theta = rope.doubleOr("rope_theta", theta);
        if (rope.doubleOr("partial_rotary_factor", 1) != 1) {
            throw rope.unexpected("partial_rotary_factor", "1");
        }
        String key = rope.has("rope_type") || !rope.has("type") ? "rope_type" : "type";
        String type = rope.text(key);
        if ("default".equals(type)) {
            return Rope.plain(theta);
        }
        if (!"llama3".equals(type)) {
            throw rope.unexpected(key, "\"default\" or \"llama3\"");
        }
        return new Rope(
                theta,
                new Llama3Scaling(
                        rope.requireDouble("factor"),
                        rope.requireDouble("low_freq_factor"),
                        rope.requireDouble("high_freq_factor"),
                        rope.requireDouble("original_max_position_embeddings")));
    }

    private static @Nullable Integer readId(
            JsonFields json, String field, @Nullable Integer absent) {
        if (!json.node().has(field)) {
            return absent;
        }
        int id = json.intOr(field, -1);
        return id == -1 ? null : Integer.valueOf(id); // some old configs write "no padding" as -1
    }

    private static List<Integer> readEos(JsonFields json, List<Integer> absent) {
        JsonNode value = json.get("eos_token_id");
        if (value == null || !value.isArray()) {
            Integer id = readId(json, "eos_token_id", absent.isEmpty() ? null : absent.get(0));
            return id == null ? List.of() : List.of(id);
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : value) {
            if (!id.isInt()) {
                throw json.unexpected("eos_token_id", "an integer or a list of integers");
            }
            ids.add(id.intValue());
        }
        return ids;
    }

    private static StorageType readStorageType(JsonFields json) {
        String field = json.has("dtype") ? "dtype" : "torch_dtype";
        String name = json.text(field);
        for (StorageType type : StorageType.values()) {
            if (type.configName() != null && (name == null || type.configName().equals(name))) {
                return type; // the first is float32, which an absent field means
            }
        }
        throw json.unexpected(field, "\"float32\", \"float16\" or \"bfloat16\"");
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
