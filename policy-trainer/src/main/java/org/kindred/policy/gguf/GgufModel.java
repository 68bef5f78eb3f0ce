package org.kindred.policy.gguf;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.model.ModelConfig.Architecture;
import org.kindred.policy.model.ModelConfig.Llama3Scaling;
import org.kindred.policy.model.ModelConfig.Rope;

/**
 * Configuration and weights of a GGUF file in Hugging Face's terms. Settings that change what a
 * model computes and that are not supported here are refused by name.
 *
 * <p>llama.cpp keeps the query and key rows of a Llama head in the order of its rotary layout,
 * where elements that are rotated together are neighbours: (i, j) for pair i and part j. Hugging
 * Face has (j, i), which {@link #values} gives back.
 */
final class GgufModel {
    private static final String EMBEDDING = "token_embd.weight";
    private static final String HEAD = "output.weight";
    private static final String ROPE_FACTORS = "rope_freqs.weight";
    private static final int LISTED_PROBLEMS = 5;

    /** Names outside the layers; those inside follow {@code blk.N.}. */
    private static final Map<String, String> NAMES =
            Map.ofEntries(
                    Map.entry("model.embed_tokens.weight", EMBEDDING),
                    Map.entry("model.norm.weight", "output_norm.weight"),
                    Map.entry("lm_head.weight", HEAD),
                    Map.entry("input_layernorm", "attn_norm"),
                    Map.entry("self_attn.q_proj", "attn_q"),
                    Map.entry("self_attn.k_proj", "attn_k"),
                    Map.entry("self_attn.v_proj", "attn_v"),
                    Map.entry("self_attn.q_norm", "attn_q_norm"),
                    Map.entry("self_attn.k_norm", "attn_k_norm"),
                    Map.entry("self_attn.o_proj", "attn_output"),
                    Map.entry("post_attention_layernorm", "ffn_norm"),
                    Map.entry("mlp.gate_proj", "ffn_gate"),
                    Map.entry("mlp.up_proj", "ffn_up"),
                    Map.entry("mlp.down_proj", "ffn_down"));

    /** What other members of the families do; each must be absent, 0 or 1 as given. */
    private static final Map<String, Double> REFUSED =
            Map.ofEntries(
                    Map.entry("expert_count", 0.0),
                    Map.entry("attention.scale", 0.0),
                    Map.entry("attention.clamp_kqv", 0.0),
                    Map.entry("attention.max_alibi_bias", 0.0),
                    Map.entry("attention.sliding_window", 0.0),
                    Map.entry("attn_logit_softcapping", 0.0),
                    Map.entry("final_logit_softcapping", 0.0),
                    Map.entry("logit_scale", 1.0),
                    Map.entry("embedding_scale", 1.0),
                    Map.entry("residual_scale", 1.0),
                    Map.entry("rope.scale_linear", 1.0));

    private final GgufFile file;
    private final GgufMetadata metadata;
    private final GgufTokens tokens;
    private final Architecture architecture;
    private final String prefix;

    GgufModel(GgufFile file, GgufTokens tokens) {
        this.file = file;
        this.tokens = tokens;
        metadata = file.metadata();
        architecture = architecture(metadata);
        prefix = metadata.requireText("general.architecture") + ".";
    }

    private static Architecture architecture(GgufMetadata metadata) {
        String key = "general.architecture";
        return switch (metadata.requireText(key)) {
            case "llama" -> Architecture.LLAMA;
            case "qwen2" -> Architecture.QWEN2;
            case "qwen3" -> Architecture.QWEN3;
            default -> throw metadata.unexpected(key, "llama, qwen2 or qwen3");
        };
    }

    /**
     * What {@code config.json} will say.
     *
     * @param type how the weights will be stored
     */
    ModelConfig config(StorageType type) {
        refuseUnsupported();
        int heads = metadata.requireInt(prefix + "attention.head_count");
        int hidden = metadata.requireInt(prefix + "embedding_length");
        int headDim = headDim(hidden, heads);
        GgufFile.Tensor embedding = file.tensors().get(EMBEDDING);
        if (embedding == null) {
            throw new KindredException(file.path() + ": tensor " + EMBEDDING + " is missing");
        }
        int rows = Math.toIntExact(embedding.shape().get(0));
        if (tokens.size() > rows) {
            throw new KindredException(
                    file.path()
                            + ": "
                            + GgufTokens.TOKENS
                            + ": "
                            + tokens.size()
                            + " tokens, but "
                            + EMBEDDING
                            + " has "
                            + rows
                            + " rows; the file is damaged");
        }
        try {
            return new ModelConfig(
                    architecture,
                    rows,
                    hidden,
                    metadata.requireInt(prefix + "feed_forward_length"),
                    metadata.requireInt(prefix + "block_count"),
                    heads,
                    metadata.intOr(prefix + "attention.head_count_kv", heads),
                    headDim,
                    metadata.requireDouble(prefix + "attention.layer_norm_rms_epsilon"),
                    !file.tensors().containsKey(HEAD),
                    metadata.requireInt(prefix + "context_length"),
                    rope(headDim),
                    tokens.bos(),
                    tokens.ends(),
                    tokens.pad(),
                    type);
        } catch (IllegalArgumentException e) {
            throw new KindredException(file.path() + ": " + prefix + "*: " + e.getMessage(), e);
        }
    }

    private void refuseUnsupported() {
        REFUSED.forEach(
                (key, neutral) -> {
                    if (metadata.doubleOr(prefix + key, neutral) != neutral) {
                        throw metadata.unexpected(
                                prefix + key,
                                "none, or "
                                        + neutral.intValue()
                                        + ": a model that needs it is not supported");
                    }
                });
        if (!metadata.booleanOr(prefix + "attention.causal", true)) {
            throw metadata.unexpected(prefix + "attention.causal", "true");
        }
        String scaling = metadata.text(prefix + "rope.scaling.type");
        if (scaling != null && !scaling.equals("none")) {
            // A factor of 1 scales nothing, whatever the rule.
            if (metadata.doubleOr(prefix + "rope.scaling.factor", 0) != 1) {
                throw metadata.unexpected(
                        prefix + "rope.scaling.type",
                        "none, or a rope.scaling.factor of 1 (Llama 3's scaling is read from"
                                + " rope_freqs.weight)");
            }
        }
    }

    private int headDim(int hidden, int heads) {
        if (heads < 1) {
            throw metadata.unexpected(prefix + "attention.head_count", "1 or more");
        }
        String key = prefix + "attention.key_length";
        int headDim = metadata.intOr(key, hidden / heads);
        for (String same : List.of("attention.value_length", "rope.dimension_count")) {
            if (metadata.intOr(prefix + same, headDim) != headDim) {
                throw metadata.unexpected(
                        prefix + same, headDim + ", the size of a head; others are not supported");
            }
        }
        return headDim;
    }

    private Rope rope(int headDim) {
        double theta = metadata.doubleOr(prefix + "rope.freq_base", 10_000);
        GgufFile.Tensor factors = file.tensors().get(ROPE_FACTORS);
        return factors == null
                ? Rope.plain(theta)
                : new Rope(
                        theta,
                        scaling(
                                file.float32(factors, GgufFile.RowOrder.SAME),
                                theta,
                                headDim,
                                metadata.doubleOr(
                                        prefix + "rope.scaling.original_context_length", 8192)));
    }

    /**
     * The scaling of Llama 3.1 that gives these divisors of the frequencies, null where all are 1.
     * The file has the divisors only; published models of the family differ in the factor.
     */
    private @Nullable Llama3Scaling scaling(
            float[] factors, double theta, int headDim, double original) {
        double largest = 1;
        for (float factor : factors) {
            largest = Math.max(largest, factor);
        }
        Llama3Scaling scaling = largest == 1 ? null : new Llama3Scaling(largest, 1, 4, original);
        boolean right = factors.length == headDim / 2;
        for (int i = 0; right && i < factors.length; i++) {
            double plain = Math.pow(theta, -2.0 * i / headDim);
            double scaled = scaling == null ? plain : scaling.scale(plain);
            right = Math.abs(plain / scaled - factors[i]) <= 1e-4 * factors[i];
        }
        if (!right) {
            throw new KindredException(
                    file.path()
                            + ": tensor "
                            + ROPE_FACTORS
                            + ": "
                            + factors.length
                            + " divisors that are not those of Llama 3.1's scaling (low_freq_factor 1,"
                            + " high_freq_factor 4, original context "
                            + (long) original
                            + "); others are not supported");
        }
        return scaling;
    }

    /** Checks that exactly the tensors of the configuration are there, in its shapes. */
    void requireExactly(ModelConfig config) {
        List<String> problems = new ArrayList<>();
        Set<String> extra = new LinkedHashSet<>(file.tensors().keySet());
        extra.remove(ROPE_FACTORS);
        for (TensorSpec spec : config.tensors()) {
            String name = ggufName(spec.name());
            GgufFile.Tensor found = file.tensors().get(name);
            extra.remove(name);
            if (found == null) {
                problems.add(name + " " + spec.shape() + " is missing");
            } else if (!found.shape().equals(spec.shape())) {
                problems.add(name + " has shape " + found.shape() + ", expected " + spec.shape());
            }
        }
        for (String name : extra) {
            problems.add(
                    GgufMetadata.shown(name)
                            + " does not belong to the architecture "
                            + architecture.name().toLowerCase(Locale.ROOT));
        }
        if (!problems.isEmpty()) {
            throw new KindredException(
                    file.path()
                            + ": tensors do not fit the metadata: "
                            + String.join(
                                    "; ",
                                    problems.subList(0, Math.min(LISTED_PROBLEMS, problems.size())))
                            + (problems.size() > LISTED_PROBLEMS
                                    ? "; " + problems.size() + " problems in all"
                                    : ""));
        }
    }

    /** The values of a tensor of the configuration, as Hugging Face has them. */
    FloatBuffer values(TensorSpec spec, ModelConfig config) {
        GgufFile.Tensor tensor = file.tensors().get(ggufName(spec.name()));
        boolean reordered =
                architecture == Architecture.LLAMA
                        && (spec.name().endsWith(".q_proj.weight")
                                || spec.name().endsWith(".k_proj.weight"));
        int half = config.headDim() / 2;
        GgufFile.RowOrder order =
                reordered
                        ? row -> {
                            int inHead = row % config.headDim();
                            return row - inHead + inHead % 2 * half + inHead / 2;
                        }
                        : GgufFile.RowOrder.SAME;
        return FloatBuffer.wrap(file.float32(tensor, order));
    }

    /** The file's name of a tensor. */
    static String ggufName(String name) {
        String whole = NAMES.get(name);
        if (whole != null) {
            return whole;
        }
        String[] parts = name.split("\\.", 4); // model, layers, N, rest
        int dot = parts[3].lastIndexOf('.');
        return "blk."
                + parts[2]
                + "."
                + NAMES.get(parts[3].substring(0, dot))
                + parts[3].substring(dot);
    }
}
