package org.kindred.policy.model;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.kindred.policy.checkpoint.TensorSpec;

/**
 * Which arrays the engine holds, in the order of the script, and which tensors of a Hugging Face
 * checkpoint each is made of. Projections that read the same input stand under one another in one
 * matrix (query, key and value; gate and up), so that one product computes them.
 *
 * @param weights embedding, those of each layer, final norm, and the head unless tied
 */
record WeightLayout(List<Weight> weights) {

    /**
     * An array of the engine.
     *
     * @param parts checkpoint tensors that follow one another along the first dimension
     * @param isNorm weights of a norm, which start at 1
     * @param scale of the other initial values: their standard deviation in units of the model's, 0
     *     for a bias
     */
    record Weight(List<TensorSpec> parts, boolean isNorm, double scale) {
        Shape shape() {
            long rows = parts.stream().mapToLong(part -> part.shape().get(0)).sum();
            Shape first = parts.get(0).shape();
            return first.dimension() == 1 ? new Shape(rows) : new Shape(rows, first.get(1));
        }

        /** Weight decay acts on matrices, not on norms and biases. */
        boolean decayed() {
            return shape().dimension() == 2;
        }
    }

    static WeightLayout of(ModelConfig config) {
        long hidden = config.hiddenSize();
        List<Weight> weights = new ArrayList<>();
        weights.add(matrix(1, tensor("model.embed_tokens.weight", config.vocabSize(), hidden)));
        for (int layer = 0; layer < config.layers(); layer++) {
            weights.addAll(layer(config, layer));
        }
        weights.add(norm(tensor("model.norm.weight", hidden)));
        if (!config.tieWordEmbeddings()) {
            weights.add(matrix(1, tensor("lm_head.weight", config.vocabSize(), hidden)));
        }
        return new WeightLayout(List.copyOf(weights));
    }

    /** Arrays of one layer. */
    static List<Weight> layer(ModelConfig config, int number) {
        List<Weight> weights = new ArrayList<>();
        String layer = "model.layers." + number + ".";
        long hidden = config.hiddenSize();
        long queries = (long) config.heads() * config.headDim();
        long keys = (long) config.keyValueHeads() * config.headDim();
        long inner = config.intermediateSize();
        // Two matrices per layer write into the residual stream: their sum keeps its variance.
        double residual = 1 / Math.sqrt(2.0 * config.layers());
        String attention = layer + "self_attn.";
        weights.add(norm(tensor(layer + "input_layernorm.weight", hidden)));
        weights.add(
                matrix(
                        1,
                        tensor(attention + "q_proj.weight", queries, hidden),
                        tensor(attention + "k_proj.weight", keys, hidden),
                        tensor(attention + "v_proj.weight", keys, hidden)));
        weights.add(matrix(residual, tensor(attention + "o_proj.weight", hidden, queries)));
        weights.add(norm(tensor(layer + "post_attention_layernorm.weight", hidden)));
        weights.add(
                matrix(
                        1,
                        tensor(layer + "mlp.gate_proj.weight", inner, hidden),
                        tensor(layer + "mlp.up_proj.weight", inner, hidden)));
        weights.add(matrix(residual, tensor(layer + "mlp.down_proj.weight", hidden, inner)));
        if (config.attentionBias()) {
            weights.add(
                    matrix(
                            0,
                            tensor(attention + "q_proj.bias", queries),
                            tensor(attention + "k_proj.bias", keys),
                            tensor(attention + "v_proj.bias", keys)));
        }
        if (config.qkNorm()) {
            weights.add(norm(tensor(attention + "q_norm.weight", config.headDim())));
            weights.add(norm(tensor(attention + "k_norm.weight", config.headDim())));
        }
        return weights;
    }

    private static Weight matrix(double scale, TensorSpec... parts) {
        return new Weight(List.of(parts), false, scale);
    }

    private static Weight norm(TensorSpec tensor) {
        return new Weight(List.of(tensor), true, 1);
    }

    private static TensorSpec tensor(String name, long... shape) {
        return new TensorSpec(name, shape);
    }

    /** All checkpoint tensors, in the order of the arrays, with something before their names. */
    List<TensorSpec> tensors(String prefix) {
        return weights.stream()
                .flatMap(weight -> weight.parts().stream())
                .map(tensor -> new TensorSpec(prefix + tensor.name(), tensor.shape()))
                .toList();
    }
}
