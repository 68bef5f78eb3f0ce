package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.BaseFolder;
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
    private static final String WEIGHTS = "model.safetensors";

    private final ModelConfig config;
    private final EngineOptions options;
    private final boolean frozen;
    private final NDManager owner;
    private final RotaryTable rotary;
    private final Parameters parameters;
    private final @Nullable Path source;
    private ScriptModule script;
    private @Nullable LowPrecisionDecoder lowDecoder;
    private List<String> notes = List.of();

    /** Makes the weights of a new model. */
    interface WeightSource {
        NDList create(NDManager owner, WeightLayout layout);
    }

    /** Script and angles for sampling in bfloat16 where the passes are in float32. */
    private record LowPrecisionDecoder(ScriptModule script, RotaryTable rotary) {}

    private CausalLm(
            ModelConfig config,
            EngineOptions options,
            boolean frozen,
            @Nullable Path source,
            WeightSource weights) {
        this.config = config;
        this.options = options;
        this.frozen = frozen;
        this.source = source;
        owner = TorchEngine.open(options);
        try {
            WeightLayout layout = WeightLayout.of(config);
            script = newScript(low(), null);
            rotary = new RotaryTable(owner, config, low());
            parameters =
                    new Parameters(owner, low() && !frozen, layout, weights.create(owner, layout));
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** As {@link #create(ModelConfig, EngineOptions, SeedTree, double)} with 0.02. */
    public static CausalLm create(ModelConfig config, EngineOptions options, SeedTree seeds) {
        return create(config, options, seeds, 0.02);
    }

    /**
     * A model with fresh weights: normal with standard deviation {@code initializerRange}, the two
     * projections of each layer that write to the residual stream divided by {@code sqrt(2
     * layers)}, norms 1, biases 0. Each tensor has its own seed.
     */
    public static CausalLm create(
            ModelConfig config, EngineOptions options, SeedTree seeds, double initializerRange) {
        EngineSelfTest.requireOnce(config.architecture(), options);
        return new CausalLm(
                config,
                options,
                false,
                null,
                (owner, layout) -> Weights.initial(owner, layout, seeds, initializerRange));
    }

    /**
     * Reads a Hugging Face folder: {@code config.json} and safetensors, sharded or not; or PEFT's
     * folder of an adapter, and the base model that it names.
     *
     * @throws KindredException if the architecture is unknown, a tensor is missing or misshapen, or
     *     a file is not what its checksum says
     */
    public static CausalLm load(Path folder, EngineOptions options) {
        Checksums.check(folder);
        Path base = BaseFolder.of(folder);
        if (base.equals(folder)) {
            return loadBase(folder, options);
        }
        CausalLm model = loadBase(base, options);
        try {
            model.loadAdapter(folder);
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static CausalLm loadBase(Path folder, EngineOptions options) {
        ModelConfig config = ModelConfig.read(folder.resolve(ModelConfig.FILE));
        SafeTensors stored = SafeTensors.openFolder(folder);
        List<String> notes = new ArrayList<>();
        Set<String> passedOver = new HashSet<>();
        if (config.tieWordEmbeddings() && stored.names().contains(ModelConfig.HEAD)) {
            if (stored.equalValues(ModelConfig.HEAD, ModelConfig.EMBEDDING)) {
                passedOver.add(ModelConfig.HEAD);
            } else {
                config = config.untied();
                notes.add(
                        folder
                                + ": tie_word_embeddings is true, but the weights hold a "
                                + ModelConfig.HEAD
                                + " that differs from "
                                + ModelConfig.EMBEDDING
                                + "; it is used as it is, and saved with"
                                + " tie_word_embeddings = false");
            }
        }
        stored.requireExactly(config.tensors(), passedOver);
        EngineSelfTest.requireOnce(config.architecture(), options);
        CausalLm model =
                new CausalLm(
                        config,
                        options,
                        false,
                        folder,
                        (owner, layout) -> Weights.read(owner, layout, stored, ""));
        model.notes = List.copyOf(notes);
        return model;
    }

    /** What a person should know of how the folder was read; usually nothing. */
    public List<String> notes() {
        return notes;
    }

    /** For the self-test itself. */
    static CausalLm untested(ModelConfig config, EngineOptions options, WeightSource weights) {
        return new CausalLm(config, options, false, null, weights);
    }

    /**
     * Writes config.json, generation_config.json and model.safetensors, each in one step, in the
     * format that the config names. An adapter is added to the weights written.
     */
    public void save(Path folder) {
        requireTrainable();
        try (NDManager scope = owner.newSubManager()) {
            Weights.write(
                    folder.resolve(WEIGHTS),
                    config.storageType(),
                    Weights.tensors("", parameters.layout(), parameters.adapted(scope, script)));
        }
        config.write(folder);
        JsonFields.write(folder.resolve("generation_config.json"), generationConfig());
    }

    /**
     * Writes what is trained: the adapter as PEFT does, with the folder of the base model, or else
     * the model. {@link #load} reads either.
     */
    public void saveTrained(Path folder) {
        if (parameters.adapter() == null) {
            save(folder);
        } else if (source == null) {
            throw new KindredException(
                    "An adapter needs the folder of its base model; save the model and load it"
                            + " before adding the adapter");
        } else {
            saveAdapter(folder, source.toAbsolutePath().normalize().toString());
        }
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

    /** Where it computes: {@code cpu} or {@code gpu}. */
    public String device() {
        return owner.getDevice().isGpu() ? "gpu" : "cpu";
    }

    public EngineOptions options() {
        return options;
    }

    /**
     * A reference model: a copy of the weights as they are now, adapter added, in the precision of
     * the passes. It can score and generate, nothing else. Where the reference of a model with an
     * adapter is its base, {@link #scoreBase} needs no copy.
     */
    public CausalLm frozenCopy() {
        NDList now = parameters.working(script);
        return new CausalLm(
                config, options, true, null, (target, layout) -> Weights.copy(target, now));
    }

    /** Scores without gradients, in chunks of rows. */
    public TokenScores score(TokenBatch batch, double temperature) {
        return score(batch, temperature, parameters.working(script));
    }

    /** As {@link #score}, without the adapter. */
    public TokenScores scoreBase(TokenBatch batch, double temperature) {
        try (NDManager scope = owner.newSubManager()) {
            return score(batch, temperature, parameters.baseWorking(scope, script));
        }
    }

    private TokenScores score(TokenBatch batch, double temperature, NDList weights) {
        PackedBatch.check(batch, config);
        TokenScores scores = new TokenScores(new float[batch.rows()][], new float[batch.rows()][]);
        int from = 0;
        while (from < batch.rows()) {
            int to = PackedBatch.chunkEnd(batch, from, options.scoreChunkTokens());
            try (NDManager scope = owner.newSubManager()) {
                PackedBatch packed = PackedBatch.of(scope, batch, from, to);
                NDList results =
                        call(scope, "score", false, packed, knobs(scope, temperature), weights);
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
            NDArray knobs = knobs(scope, temperature);
            NDList results =
                    call(scope, "forward_pass", true, packed, knobs, parameters.working(script));
            TokenScores scores =
                    new TokenScores(new float[batch.rows()][], new float[batch.rows()][]);
            packed.fill(scores, results, 0);
            NDList state = new NDList(results.subList(2, results.size()));
            return new ForwardPass(scope, packed, knobs, state, scores, parameters.version());
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /** The passes that begin alike: batch, knobs, angles, weights. */
    private NDList call(
            NDManager scope,
            String method,
            boolean recording,
            PackedBatch batch,
            NDArray knobs,
            NDList weights) {
        NDList tables = rotary.upTo(batch.positions(), script);
        return script.call(
                scope,
                method,
                recording,
                batch.tensors(),
                knobs,
                tables.get(0),
                tables.get(1),
                weights);
    }

    /**
     * Adds {@code d loss / d weights} to the gradients: of the adapter if there is one, else of all
     * weights.
     *
     * @param dLogProb {@code d loss / d log-probability} of each completion token
     * @param dEntropy {@code d loss / d entropy} of each completion token, or null for none
     */
    public void backward(ForwardPass pass, float[][] dLogProb, float @Nullable [][] dEntropy) {
        PackedBatch batch = pass.batch();
        float[] slopes = batch.join("d loss / d log-probability", dLogProb);
        float[] entropySlopes =
                dEntropy == null ? new float[0] : batch.join("d loss / d entropy", dEntropy);
        pass.use(parameters.version());
        NDManager scope = pass.scope();
        NDList tables = rotary.upTo(batch.positions(), script);
        parameters.setGradients(
                script.call(
                        scope,
                        "backward_pass",
                        true,
                        batch.tensors(),
                        scope.create(slopes),
                        scope.create(entropySlopes),
                        pass.knobs(),
                        tables.get(0),
                        tables.get(1),
                        parameters.working(script),
                        pass.state(),
                        parameters.gradients(scope),
                        parameters.adapters(scope)));
    }

    /**
     * One AdamW step from the gradients so far, which are zero afterwards.
     *
     * @return the global norm of the gradients before clipping
     * @throws KindredException if that norm is not finite; the weights are as before then
     */
    public double step(double learningRate, AdamWOptions options) {
        requireTrainable();
        return parameters.step(script, learningRate, options);
    }

    /** Writes the optimizer's state: number of steps and both moments of each trained weight. */
    public void saveOptimizer(Path file) {
        requireTrainable();
        parameters.optimizer().save(file);
    }

    /** Takes up the state that {@link #saveOptimizer} wrote for a model of the same shape. */
    public void loadOptimizer(Path file) {
        requireTrainable();
        parameters.loadOptimizer(file);
    }

    /**
     * Trains low-rank adapters from now on, the weights stay as they are. The model is unchanged at
     * first. Gradients and optimizer state start anew; an adapter that was there is dropped.
     */
    public void addAdapter(LoraOptions adapter, SeedTree seeds) {
        requireTrainable();
        setAdapter(LoraAdapter.fresh(owner, config, adapter, seeds));
    }

    /**
     * As {@link #addAdapter}, from a folder of PEFT.
     *
     * @throws KindredException if it is of an unsupported kind or does not fit
     */
    public void loadAdapter(Path folder) {
        requireTrainable();
        setAdapter(LoraAdapter.read(owner, config, folder));
    }

    private void setAdapter(LoraAdapter adapter) {
        parameters.setAdapter(adapter);
        replaceScript(adapter.options());
    }

    /**
     * Writes the adapter as PEFT does.
     *
     * @param baseModel name or path of the base model, for whoever loads it
     */
    public void saveAdapter(Path folder, String baseModel) {
        LoraAdapter adapter = parameters.adapter();
        if (adapter == null) {
            throw new IllegalStateException("the model has no adapter");
        }
        adapter.save(folder, baseModel);
    }

    /** Adds the adapter to the weights for good; all weights are trained from now on. */
    public void mergeAdapter() {
        requireTrainable();
        parameters.merge(script);
        replaceScript(null);
    }

    private void replaceScript(@Nullable LoraOptions lora) {
        ScriptModule before = script;
        script = newScript(low(), lora);
        before.close();
    }

    private ScriptModule newScript(boolean low, @Nullable LoraOptions lora) {
        return new ScriptModule(
                owner,
                DecoderScript.CLASS_NAME,
                DecoderScript.forModel(config, low, TorchEngine.packs(owner, options), lora),
                options.nativeThreads());
    }

    /**
     * Starts decoding rows together.
     *
     * @param prompts token ids, each at least one
     * @param promptOfRow which prompt each row continues
     * @param newTokens most tokens per row
     * @param eosIds a row ends with the first of these; may be empty
     * @param padId fills rows after their end; may be beyond the embeddings
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
            PackedBatch.checkPrompt("prompt " + i, prompts.get(i), newTokens, config);
            width = Math.max(width, prompts.get(i).length);
        }
        int[] stop = new int[Math.max(2, eosIds.length + 1)];
        stop[1] = -1; // no token: a row never ends
        System.arraycopy(eosIds, 0, stop, 1, eosIds.length);
        // Never scored, but embedded: a padding token without an embedding must not get there.
        stop[0] = padId < config.vocabSize() ? padId : 0;
        NDManager scope = owner.newSubManager();
        try {
            NDList weights = parameters.working(script);
            ScriptModule decoder = script;
            RotaryTable angles = rotary;
            if (options.samplerDiffers()) {
                decoder = lowDecoder().script();
                angles = lowDecoder().rotary();
                weights = decoder.call(scope, "low_precision", true, weights);
            }
            return new DecodingBatch(
                    scope,
                    decoder,
                    weights,
                    angles.upTo(width + newTokens, decoder),
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

    private LowPrecisionDecoder lowDecoder() {
        if (lowDecoder == null) {
            lowDecoder =
                    new LowPrecisionDecoder(
                            newScript(true, null), new RotaryTable(owner, config, true));
        }
        return lowDecoder;
    }

    /**
     * Rows of such lengths that {@link #decode} takes at a time within {@link
     * EngineOptions#cacheMiB}, at least one.
     *
     * @param promptTokens longest prompt
     * @param newTokens most tokens per row
     */
    public int decodingRows(int promptTokens, int newTokens) {
        long number = low() || options.samplerDiffers() ? 2 : Float.BYTES;
        long slots = (long) promptTokens + newTokens;
        long cache = 2 * slots * config.layers() * config.keyValueHeads() * config.headDim();
        // Intermediate results of one layer while the prompt is computed, and its mask.
        long wide = 2L * config.intermediateSize() + 4L * config.hiddenSize();
        long prompt = promptTokens * (8L * promptTokens + 4 * number * wide);
        long logits = 4L * Float.BYTES * config.vocabSize();
        long row = cache * number + prompt + logits;
        return (int) Math.max(1, ((long) options.cacheMiB() << 20) / row);
    }

    /** The numbers of this model, for tests. */
    Parameters parameters() {
        return parameters;
    }

    /** All logits of a text, {@code [tokens * vocabulary]}: for tests. */
    public float[] logits(int[] tokens) {
        try (NDManager scope = owner.newSubManager()) {
            PackedBatch batch = PackedBatch.ofPrompts(scope, List.of(tokens));
            NDList tables = rotary.upTo(batch.positions(), script);
            return script.call(
                            scope,
                            "logits",
                            false,
                            batch.tensors(),
                            tables.get(0),
                            tables.get(1),
                            parameters.working(script))
                    .singletonOrThrow()
                    .toFloatArray();
        }
    }

    /** Arrays in native memory that live longer than a call; constant while a program is sound. */
    public int nativeArrays() {
        return owner.getManagedArrays().size();
    }

    private boolean low() {
        return options.precision() == EngineOptions.Precision.BF16;
    }

    private NDArray knobs(NDManager scope, double temperature) {
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException(
                    "temperature = " + temperature + ": must be positive and finite");
        }
        long rows =
                ((long) options.headChunkMiB() << 20) / (Float.BYTES * (long) config.vocabSize());
        int kept = Math.min(options.keptLayers(), config.layers());
        return scope.create(new double[] {temperature, Math.max(1, rows), kept});
    }

    private void requireTrainable() {
        if (frozen) {
            throw new IllegalStateException("a frozen copy can only score and generate");
        }
    }

    @Override
    public void close() {
        owner.close();
    }
}
