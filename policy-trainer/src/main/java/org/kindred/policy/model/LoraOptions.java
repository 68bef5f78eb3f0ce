package org.kindred.policy.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.kindred.policy.checkpoint.JsonFields;

/**
 * Low-rank adapters (Hu et al., arXiv 2106.09685): {@code W' = W + s B A} with {@code A [rank, in]}
 * and {@code B [out, rank]}; only A and B are trained. Files are those of PEFT. There is no
 * dropout.
 *
 * @param rank 8 to 32 for most purposes; memory for gradients and optimizer grows with it
 * @param alpha numerator of {@code s}; twice the rank is a common choice
 * @param rankStabilised {@code s = alpha / sqrt(rank)} (arXiv 2312.03732) instead of {@code alpha /
 *     rank}
 * @param targets the projections that get an adapter, in every layer
 */
public record LoraOptions(int rank, double alpha, boolean rankStabilised, Set<Projection> targets) {

    /** A matrix of a layer. The order is that in which gradients are computed. */
    public enum Projection {
        DOWN("mlp.down_proj", 5),
        GATE("mlp.gate_proj", 4),
        UP("mlp.up_proj", 4),
        O("self_attn.o_proj", 2),
        Q("self_attn.q_proj", 1),
        K("self_attn.k_proj", 1),
        V("self_attn.v_proj", 1);

        final String module;
        final int slot; // which array of a layer it is a part of

        Projection(String module, int slot) {
            this.module = module;
            this.slot = slot;
        }

        /** PEFT's name of the module, without the layer. */
        public String moduleName() {
            return module.substring(module.indexOf('.') + 1);
        }
    }

    public LoraOptions {
        if (rank < 1) {
            throw new IllegalArgumentException("rank = " + rank + ": must be 1 or more");
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException("alpha = " + alpha + ": must be positive");
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("targets: must name at least one projection");
        }
        targets = Collections.unmodifiableSet(EnumSet.copyOf(targets));
    }

    /** Rank 16, alpha 32, on all projections. */
    public static LoraOptions defaults() {
        return new LoraOptions(16, 32, false, EnumSet.allOf(Projection.class));
    }

    /** The same with another rank, and alpha twice that. */
    public LoraOptions withRank(int value) {
        return new LoraOptions(value, 2.0 * value, rankStabilised, targets);
    }

    /** The factor s. */
    public double scaling() {
        return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
    }

    /** PEFT's {@code adapter_config.json}. */
    ObjectNode toJson(String baseModel) {
        ObjectNode json = JsonFields.newObject();
        json.put("base_model_name_or_path", baseModel);
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("inference_mode", true);
        json.put("lora_alpha", alpha);
        json.put("lora_dropout", 0.0);
        json.put("peft_type", "LORA");
        json.put("r", rank);
        ArrayNode modules = json.putArray("target_modules");
        targets.stream().map(Projection::moduleName).sorted().forEach(modules::add);
        json.put("task_type", "CAUSAL_LM");
        json.put("use_rslora", rankStabilised);
        return json;
    }
}
