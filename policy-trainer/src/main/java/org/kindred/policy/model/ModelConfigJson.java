package org.kindred.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.JsonFields;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.model.ModelConfig.Architecture;
import org.kindred.policy.model.ModelConfig.Llama3Scaling;
import org.kindred.policy.model.ModelConfig.Rope;

/** {@link ModelConfig} from and to {@code config.json}, in both layouts. */
final class ModelConfigJson {
    /** What {@code rope_parameters} may hold without a type. */
    private static final Set<String> PLAIN_ROPE =
            Set.of("rope_theta", "partial_rotary_factor", "rope_type", "type");

    private ModelConfigJson() {}

    static ModelConfig read(JsonFields json) {
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
            throw new KindredException(json.where() + ": " + e.getMessage(), e);
        }
    }

    static ObjectNode write(ModelConfig config, ModelConfig.Layout layout) {
        ObjectNode json = JsonFields.newObject();
        Rope rope = config.rope();
        json.putArray("architectures").add(config.architecture().className());
        json.put("model_type", config.architecture().modelType());
        json.put("vocab_size", config.vocabSize());
        json.put("hidden_size", config.hiddenSize());
        json.put("intermediate_size", config.intermediateSize());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.keyValueHeads());
        json.put("head_dim", config.headDim());
        json.put("hidden_act", "silu");
        json.put("rms_norm_eps", config.rmsNormEps());
        json.put("max_position_embeddings", config.maxPositionEmbeddings());
        json.put("tie_word_embeddings", config.tieWordEmbeddings());
        json.put("bos_token_id", config.bosTokenId());
        json.put("pad_token_id", config.padTokenId());
        if (config.eosTokenIds().size() == 1) {
            json.put("eos_token_id", config.eosTokenIds().get(0));
        } else if (config.eosTokenIds().isEmpty()) {
            json.putNull("eos_token_id");
        } else {
            ArrayNode ids = json.putArray("eos_token_id");
            config.eosTokenIds().forEach(ids::add);
        }
        if (layout == ModelConfig.Layout.V4) {
            json.put("rope_theta", rope.theta());
            json.putNull("rope_scaling");
            if (rope.llama3() != null) {
                putScaling(json.putObject("rope_scaling"), rope.llama3());
            }
            json.put("torch_dtype", config.storageType().configName());
        } else {
            ObjectNode parameters = json.putObject("rope_parameters");
            parameters.put("rope_theta", rope.theta());
            parameters.put("rope_type", "default");
            if (rope.llama3() != null) {
                putScaling(parameters, rope.llama3());
            }
            json.put("dtype", config.storageType().configName());
        }
        return json;
    }

    private static void putScaling(ObjectNode json, Llama3Scaling scaling) {
        json.put("rope_type", "llama3");
        json.put("factor", scaling.factor());
        json.put("low_freq_factor", scaling.lowFreqFactor());
        json.put("high_freq_factor", scaling.highFreqFactor());
        double original = scaling.originalMaxPositionEmbeddings();
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
                    && architecture.className().equals(names.get(0).textValue())) {
                String type = json.text("model_type");
                if (type != null && !type.equals(architecture.modelType())) {
                    throw json.unexpected("model_type", architecture.modelType());
                }
                return architecture;
            }
        }
        throw json.unexpected(
                "architectures",
                Arrays.stream(Architecture.values())
                        .map(a -> "[\"" + a.className() + "\"]")
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
        JsonFields scaling = orNone(json.object("rope_scaling"));
        JsonFields parameters = orNone(json.object("rope_parameters"));
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
        if (type == null) {
            refuseScalingWithoutType(rope);
        }
        if (type == null || type.equals("default")) {
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

    private static @Nullable JsonFields orNone(@Nullable JsonFields json) {
        return json == null || json.node().isEmpty() ? null : json;
    }

    /** Without a type the frequencies are plain, unless something there would scale them. */
    private static void refuseScalingWithoutType(JsonFields rope) {
        for (Iterator<String> names = rope.node().fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (rope.has(name) && !PLAIN_ROPE.contains(name)) {
                throw rope.unexpected("rope_type", "\"default\" or \"llama3\", beside " + name);
            }
        }
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
}
