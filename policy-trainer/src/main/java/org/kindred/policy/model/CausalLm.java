package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.JsonFields;
import org.kindred.policy.checkpoint.SafeTensors;

/**
 * A decoder-only language model (Llama, Qwen2, Qwen3) that can be scored, trained and sampled from
 * (see {@code org.kindred.policy.rollout}). Owns native memory; close it.
 *
 * <p>The loss stays in Java: {@link #forward} gives log-probabilities and entropies, and {@link
 * #backward} takes the derivatives of any loss with respect to them. Gradients add up until {@link
 * #step}. Attention, norms and AdamW run in a TorchScript module written at start-up.
 *
 * <p>One thread at a time, for all models of a process together. Results repeat bit for bit on one
 * machine at the same thread count.
 */
public final class CausalLm implements AutoCloseable {
    private final ModelConfig config;
    private final EngineOptions options;
    private final WeightLayout layout;
    private final NDManager owner;
    private final ScriptModule script;
    private final RotaryTable rotary;
    private final NDList weights;
    private @Nullable NDList working; // the weights in the precision of the passes
    private @Nullable NDList gradients;
    private @Nullable AdamW optimizer;
    private long version; // how often the weights changed
    private final boolean frozen;

    private interface WeightSource {
        NDList create(NDManager owner, WeightLayout layout);
    }

    private CausalLm(
            ModelConfig config, EngineOptions options, boolean frozen, WeightSource source) {
        this.config = config;
        this.options = options;
        this.frozen = frozen;
        layout = WeightLayout.of(config);
        owner = TorchEngine.open(options);
        try {
            script =
                    new ScriptModule(
                            owner,
                            DecoderScript.CLASS_NAME,
                            DecoderScript.forModel(
                                    config,
                                    options.precision() == EngineOptions.Precision.BF16,
                                    TorchEngine.packs(owner, options)),
                            options.effectiveThreads());
            rotary = new RotaryTable(owner, config);
            weights = source.create(owner, layout);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /**
     * A model with fresh weights: normal with standard deviation 0.02, the two projections of each
     * layer that write to the residual stream divided by {@code sqrt(2 layers)}, norms 1, biases 0.
     * Each tensor has its own seed.
     */
    public static CausalLm create(ModelConfig config, EngineOptions options, SeedTree seeds) {
        return new CausalLm(
                config, options, false, (owner, layout) -> Weights.initial(owner, layout, seeds));
    }

    /**
     * Reads a Hugging Face folder: {@code config.json} and safetensors, sharded or not.
     *
     * @throws KindredException if the architecture is unknown or a tensor is missing or misshapen
     */
    public static CausalLm load(Path folder, EngineOptions options) {
        ModelConfig config = ModelConfig.read(folder.resolve(ModelConfig.FILE));
        SafeTensors stored = SafeTensors.openFolder(folder);
        stored.requireExactly(config.tensors());
        return new CausalLm(
                config, options, false, (owner, layout) -> Weights.read(owner, layout, stored, ""));
    }

    /** Writes config.json, generation_config.json and model.safetensors, each in one step. */
    public void save(Path folder) {
        Weights.write(
                folder.resolve("model.safetensors"),
                config.storageType(),
                Weights.tensors("", layout, weights));
        config.write(folder);
        JsonFields.write(folder.resolve("generation_config.json"), generationConfig());
    }

    private ObjectNode generationConfig() {
        ObjectNode json = JsonFields.newObject();
        ObjectNode model = config.toJson(ModelConfig.Layout.V4);
        for (String field : List.of("bos_token_id", "eos_token_id", "pad_token_id")) {
            if (!model.get(field).isNull()) {
                json.set(field, model.get(field));
            }
        }
        return json;
    }

    public ModelConfig config() {
        return config;
    }

    /** All logits of rows of equal length, {@code [rows * tokens * vocabulary]}: for tests. */
    float[] logits(int[][] rows) {
        try (NDManager scope = owner.newSubManager()) {
            NDList tables = rotary.upTo(rows[0].length);
            NDArray ids = scope.create(rows).toType(DataType.INT64, false);
            return script.call(scope, "logits", false, ids, tables.get(0), tables.get(1), working())
                    .singletonOrThrow()
                    .toFloatArray();
        }
    }

    /** Gradients so far by the names of a checkpoint: for tests. */
    Map<String, float[]> gradientsByName() {
        return byName(Objects.requireNonNull(gradients));
    }

    /** Weights by the names of a checkpoint: for tests. */
    Map<String, float[]> weightsByName() {
        return byName(weights);
    }

    private Map<String, float[]> byName(NDList arrays) {
        Map<String, float[]> values = new LinkedHashMap<>();
        Weights.tensors("", layout, arrays)
                .forEach(
                        (spec, buffer) -> {
                            float[] array = new float[(int) spec.shape().size()];
                            buffer.get().get(array);
                            values.put(spec.name(), array);
                        });
        return values;
    }

    /** Arrays in native memory: for tests. */
    int arrays() {
        return owner.getManagedArrays().size();
    }

    /** A reference model: a copy of the weights as they are now, which cannot be trained. */
    public CausalLm frozenCopy() {
        return new CausalLm(config, options, true, (owner, layout) -> Weights.copy(owner, weights));
    }

    /** Scores without gradients, in chunks of rows. */
    public TokenScores score(TokenBatch batch, double temperature) {
        PackedBatch.check(batch, config);
        TokenScores scores = new TokenScores(new float[batch.rows()][], new float[batch.rows()][]);
        int from = 0;
        while (from < batch.rows()) {
            int to = PackedBatch.chunkEnd(batch, from, options.scoreChunkTokens());
            try (NDManager scope = owner.newSubManager()) {
                PackedBatch packed = PackedBatch.of(scope, batch, from, to);
                NDList tables = rotary.upTo(packed.width());
                NDList results =
                        script.call(
                                scope,
                                "score",
                                false,
                                packed.ids(),
                                packed.positions(),
                                packed.targets(),
                                knobs(scope, temperature),
                                tables.get(0),
                                tables.get(1),
                                working());
                packed.fill(scores, results, from);
            }
            from = to;
        }
        return scores;
    }

    /**
     * Scores, and keeps what {@link #backward} needs. Memory grows with rows times tokens of the
     * longest row: the caller chooses the size of micro-batches.
     *
     * @param temperature divides the logits, more than 0
     */
    public ForwardPass forward(TokenBatch batch, double temperature) {
        PackedBatch.check(batch, config);
        requireTrainable();
        NDManager scope = owner.newSubManager();
        try {
            PackedBatch packed = PackedBatch.of(scope, batch, 0, batch.rows());
            NDList tables = rotary.upTo(packed.width());
            NDArray knobs = knobs(scope, temperature);
            NDList results =
                    script.call(
                            scope,
                            "forward_pass",
                            true,
                            packed.ids(),
                            packed.positions(),
                            packed.targets(),
                            knobs,
                            tables.get(0),
                            tables.get(1),
                            working());
            TokenScores scores =
                    new TokenScores(new float[batch.rows()][], new float[batch.rows()][]);
            packed.fill(scores, results, 0);
            NDList state = new NDList(results.subList(2, results.size()));
            return new ForwardPass(scope, packed, knobs, state, scores, version);
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /**
     * Adds {@code d loss / d weights} to the gradients.
     *
     * @param dLogProb {@code d loss / d log-probability} of each completion token
     * @param dEntropy {@code d loss / d entropy} of each completion token, or null for none
     */
    public void backward(ForwardPass pass, float[][] dLogProb, float @Nullable [][] dEntropy) {
        PackedBatch batch = pass.batch();
        float[] slopes = batch.join("d loss / d log-probability", dLogProb);
        float[] entropySlopes =
                dEntropy == null ? new float[0] : batch.join("d loss / d entropy", dEntropy);
        pass.use(version);
        NDManager scope = pass.scope();
        NDList tables = rotary.upTo(batch.width());
        NDList before = gradients;
        NDList results =
                script.call(
                        scope,
                        "backward_pass",
                        true,
                        batch.ids(),
                        batch.positions(),
                        batch.targets(),
                        scope.create(slopes),
                        scope.create(entropySlopes),
                        pass.knobs(),
                        tables.get(0),
                        tables.get(1),
                        working(),
                        pass.state(),
                        before == null ? new NDList(scope.create(new Shape(0))) : before);
        results.attach(owner);
        if (before != null) {
            before.close(); // other handles of the same sums
        }
        gradients = results;
    }

    /**
     * One AdamW step from the gradients so far, which are zero afterwards.
     *
     * @return the global norm of the gradients before clipping
     * @throws KindredException if that norm is not finite; the weights are as before then
     */
    public double step(double learningRate, AdamWOptions options) {
        requireTrainable();
        if (gradients == null) {
            throw new IllegalStateException("no backward pass since the last step");
        }
        if (optimizer == null) {
            optimizer = new AdamW(owner, layout);
        }
        try {
            return optimizer.update(script, weights, gradients, learningRate, options);
        } finally {
            gradients.close();
            gradients = null;
            changed();
        }
    }

    /**
     * Starts decoding rows together.
     *
     * @param prompts token ids, each at least one
     * @param promptOfRow which prompt each row continues
     * @param newTokens most tokens per row
     * @param eosIds a row ends with the first of these; may be empty
     * @param padId fills rows after their end
     */
    public DecodingBatch decode(
            List<int[]> prompts,
            int[] promptOfRow,
            int newTokens,
            TokenFilters filters,
            int[] eosIds,
            int padId) {
        int width = 0;
        for (int i = 0; i < prompts.size(); i++) {
            PackedBatch.checkTokens("prompt " + i, prompts.get(i), config);
            PackedBatch.checkLength("prompt " + i, prompts.get(i).length, newTokens, config);
            width = Math.max(width, prompts.get(i).length);
        }
        int[] stop = new int[Math.max(2, eosIds.length + 1)];
        stop[0] = padId;
        stop[1] = -1; // no token: a row never ends
        System.arraycopy(eosIds, 0, stop, 1, eosIds.length);
        NDManager scope = owner.newSubManager();
        try {
            return new DecodingBatch(
                    scope,
                    script,
                    working(),
                    rotary.upTo(width + newTokens),
                    prompts,
                    promptOfRow,
                    newTokens,
                    filters,
                    stop,
                    config.vocabSize());
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /**
     * Rows of such lengths that {@link #decode} takes at a time within {@link
     * EngineOptions#cacheMiB}, at least one.
     *
     * @param promptTokens longest prompt
     * @param newTokens most tokens per row
     */
    public int decodingRows(int promptTokens, int newTokens) {
        long number = options.precision() == EngineOptions.Precision.F32 ? 4 : 2;
        long cache =
                2L
                        * config.layers()
                        * config.keyValueHeads()
                        * config.headDim()
                        * (promptTokens + newTokens)
                        * number;
        // Intermediate results of one layer while the prompt is computed, and its mask.
        long wide = 2L * config.intermediateSize() + 4L * config.hiddenSize();
        long prompt = promptTokens * (8L * promptTokens + 4 * number * wide);
        long logits = 4L * Float.BYTES * config.vocabSize();
        return (int) Math.max(1, (long) options.cacheMiB() * (1 << 20) / (cache + prompt + logits));
    }

    /** Writes the optimizer's state: number of steps and both moments of each weight. */
    public void saveOptimizer(Path file) {
        if (optimizer == null) {
            optimizer = new AdamW(owner, layout);
        }
        optimizer.save(file);
    }

    /** Takes up the state that {@link #saveOptimizer} wrote for a model of the same shape. */
    public void loadOptimizer(Path file) {
        requireTrainable();
        AdamW loaded = new AdamW(owner, layout, file);
        if (optimizer != null) {
            optimizer.close();
        }
        optimizer = loaded;
    }

    private void changed() {
        version++;
        if (working != null && working != weights) {
            working.close();
        }
        working = null;
    }

    private NDList working() {
        if (working == null) {
            working =
                    options.precision() == EngineOptions.Precision.F32
                            ? weights
                            // recorded, because results of inference mode cannot become leaves
                            : script.call(owner, "low_precision", true, weights);
        }
        return working;
    }

    private NDArray knobs(NDManager scope, double temperature) {
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException(
                    "temperature = " + temperature + ": must be positive and finite");
        }
        long rows = options.headChunkMiB() * (1L << 20) / (Float.BYTES * (long) config.vocabSize());
        return scope.create(
                new double[] {
                    temperature, Math.max(1, rows), Math.min(options.keptLayers(), config.layers())
                });
    }

    private void requireTrainable() {
        if (frozen) {
            throw new IllegalStateException("a frozen copy cannot be trained");
        }
    }

    @Override
    public void close() {
        owner.close();
    }
}
