package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.kindred.policy.checkpoint.TensorSpec;

/**
 * The model once more, in plain array operations with the engine's own gradients, one row at a
 * time: slow, short, and what the script is compared with.
 */
final class PlainDecoder implements AutoCloseable {
    private static final double HIDDEN_FROM_VIEW = -1e9;

    private final ModelConfig config;
    private final NDManager scope;
    private final Map<String, NDArray> weights = new LinkedHashMap<>();

    /**
     * @param tensors weights by the names of a checkpoint
     */
    PlainDecoder(
            NDManager parent, ModelConfig config, Map<TensorSpec, Supplier<FloatBuffer>> tensors) {
        this.config = config;
        scope = parent.newSubManager();
        tensors.forEach(
                (spec, values) -> {
                    float[] copy = new float[Math.toIntExact(spec.shape().size())];
                    values.get().get(copy);
                    NDArray array = scope.create(copy, spec.shape());
                    array.setRequiresGradient(true);
                    weights.put(spec.name(), array);
                });
    }

    /** Log-probabilities and entropies of a batch, and the gradients of a weighted sum of them. */
    record Result(TokenScores scores, Map<String, float[]> gradients) {}

    /**
     * Computes scores, and gradients of {@code sum dLogProb * log-probability + dEntropy *
     * entropy}.
     */
    Result run(TokenBatch batch, double temperature, float[][] dLogProb, float[][] dEntropy) {
        TokenScores scores = new TokenScores(new float[batch.rows()][], new float[batch.rows()][]);
        try (GradientCollector collector = scope.getEngine().newGradientCollector()) {
            NDArray loss = scope.create(0f);
            for (int row = 0; row < batch.rows(); row++) {
                int[] prompt = batch.prompts()[row];
                int[] completion = batch.completions()[row];
                NDArray all = logits(prompt, completion).div(number(temperature)).logSoftmax(-1);
                int last = prompt.length + completion.length - 1;
                NDArray logs = all.get(new NDIndex((prompt.length - 1) + ":" + last + ", :"));
                NDArray targets = ids(completion).reshape(-1, 1);
                NDArray logProbs = logs.gather(targets, 1).squeeze(1);
                NDArray entropies = logs.exp().mul(logs).sum(new int[] {1}).neg();
                scores.logProbs()[row] = logProbs.toFloatArray();
                scores.entropies()[row] = entropies.toFloatArray();
                loss =
                        loss.add(logProbs.mul(scope.create(dLogProb[row])).sum())
                                .add(entropies.mul(scope.create(dEntropy[row])).sum());
            }
            collector.backward(loss);
        }
        Map<String, float[]> gradients = new LinkedHashMap<>();
        weights.forEach(
                (name, array) -> {
                    try (NDArray gradient = array.getGradient()) {
                        gradients.put(name, gradient.toFloatArray());
                    }
                });
        return new Result(scores, gradients);
    }

    /**
     * A divisor as an array of this scope. {@code div(double)} makes one of its own and closes it,
     * so that the backward pass may read memory that the garbage collector has freed: seen as NaN.
     */
    private NDArray number(double value) {
        return scope.create((float) value);
    }

    /** Logits at each position, {@code [tokens, vocabulary]}. */
    private NDArray logits(int[] prompt, int[] completion) {
        int length = prompt.length + completion.length;
        NDArray ids = NDArrays.concat(new NDList(ids(prompt), ids(completion)), 0);
        NDArray h = weight("model.embed_tokens").get(new NDIndex("{}", ids));
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            NDArray x = norm(h, prefix + "input_layernorm");
            h = h.add(attention(x, prefix + "self_attn.", length));
            x = norm(h, prefix + "post_attention_layernorm");
            NDArray gate = linear(x, prefix + "mlp.gate_proj");
            NDArray up = linear(x, prefix + "mlp.up_proj");
            NDArray active = gate.div(gate.neg().exp().add(1)); // silu
            h = h.add(linear(active.mul(up), prefix + "mlp.down_proj"));
        }
        String head = config.tieWordEmbeddings() ? "model.embed_tokens" : "lm_head";
        return linear(norm(h, "model.norm"), head);
    }

    private NDArray attention(NDArray x, String prefix, int length) {
        NDArray q = heads(x, prefix + "q_proj", config.heads(), length);
        NDArray k = heads(x, prefix + "k_proj", config.keyValueHeads(), length);
        NDArray v = heads(x, prefix + "v_proj", config.keyValueHeads(), length);
        if (config.qkNorm()) {
            q = norm(q, prefix + "q_norm");
            k = norm(k, prefix + "k_norm");
        }
        q = rotate(q, length);
        k = rotate(k, length);
        float[] mask = new float[length * length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = (float) (i % length > i / length ? HIDDEN_FROM_VIEW : 0);
        }
        NDArray hidden = scope.create(mask, new Shape(length, length));
        int share = config.heads() / config.keyValueHeads();
        NDList results = new NDList();
        for (int head = 0; head < config.heads(); head++) {
            NDArray one = q.get(head);
            NDArray keys = k.get(head / share);
            NDArray values = v.get(head / share);
            NDArray scores = one.matMul(keys.transpose()).div(number(Math.sqrt(config.headDim())));
            results.add(scores.add(hidden).softmax(-1).matMul(values));
        }
        return linear(NDArrays.concat(results, 1), prefix + "o_proj");
    }

    /** {@code [heads, tokens, head dimension]}. */
    private NDArray heads(NDArray x, String module, int heads, int length) {
        return linear(x, module).reshape(length, heads, config.headDim()).transpose(1, 0, 2);
    }

    private NDArray rotate(NDArray x, int length) {
        int half = config.headDim() / 2;
        double[] frequencies = config.inverseFrequencies();
        float[] cos = new float[length * half];
        float[] sin = new float[length * half];
        for (int i = 0; i < cos.length; i++) {
            int position = i / half;
            double angle = position * frequencies[i % half];
            cos[i] = (float) Math.cos(angle);
            sin[i] = (float) Math.sin(angle);
        }
        NDArray c = scope.create(cos, new Shape(length, half));
        NDArray s = scope.create(sin, new Shape(length, half));
        NDArray a = x.get(new NDIndex(":, :, :" + half));
        NDArray b = x.get(new NDIndex(":, :, " + half + ":"));
        NDArray first = a.mul(c).sub(b.mul(s));
        NDArray second = b.mul(c).add(a.mul(s));
        return NDArrays.concat(new NDList(first, second), 2);
    }

    private NDArray norm(NDArray x, String module) {
        int last = x.getShape().dimension() - 1;
        NDArray mean = x.mul(x).mean(new int[] {last}, true);
        return x.div(mean.add(config.rmsNormEps()).sqrt()).mul(weight(module));
    }

    private NDArray linear(NDArray x, String module) {
        NDArray y = x.matMul(weight(module).transpose());
        NDArray bias = weights.get(module + ".bias");
        return bias == null ? y : y.add(bias);
    }

    private NDArray weight(String module) {
        NDArray weight = weights.get(module + ".weight");
        if (weight == null) {
            throw new IllegalStateException("no weight " + module);
        }
        return weight;
    }

    private NDArray ids(int[] tokens) {
        return scope.create(tokens).toType(DataType.INT64, false);
    }

    @Override
    public void close() {
        scope.close();
    }
}
