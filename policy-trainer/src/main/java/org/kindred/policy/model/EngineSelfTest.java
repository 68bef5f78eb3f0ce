package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.StorageType;

/**
 * Compares the script with plain array operations on a seeded two-layer model. The text of a
 * TorchScript module is tied to a libtorch version, which a user may replace; so every process runs
 * this before it trusts a model of an architecture, and stops if a number is off.
 */
public final class EngineSelfTest {
    private static final SeedTree SEEDS = SeedTree.root(0x5E1F);
    private static final double TEMPERATURE = 0.8;
    private static final Set<String> PASSED = ConcurrentHashMap.newKeySet();

    private final EngineOptions options;
    private final List<EngineReport.Check> checks = new ArrayList<>();

    private EngineSelfTest(EngineOptions options) {
        this.options = options;
    }

    /** Tests every architecture. A wrong pair of native libraries may end the process instead. */
    public static EngineReport run(EngineOptions options) {
        EngineSelfTest test = new EngineSelfTest(options);
        try (NDManager manager = TorchEngine.open(options)) {
            test.checkMatrixProduct(manager);
            for (ModelConfig.Architecture architecture : ModelConfig.Architecture.values()) {
                test.checkModel(manager, architecture);
            }
            return test.report(manager);
        }
    }

    /**
     * Tests one architecture, once per process and device.
     *
     * @throws KindredException if a number is off
     */
    static void requireOnce(ModelConfig.Architecture architecture, EngineOptions options) {
        String key = architecture + " on " + options.device();
        if (PASSED.contains(key)) {
            return;
        }
        EngineSelfTest test = new EngineSelfTest(options);
        try (NDManager manager = TorchEngine.open(options)) {
            test.checkModel(manager, architecture);
            EngineReport report = test.report(manager);
            if (!report.passed()) {
                throw new KindredException(
                        "The engine computes wrong numbers; nothing was trained. "
                                + report
                                + "\nUse the libtorch that comes with this suite (unset"
                                + " PYTORCH_LIBRARY_PATH, PYTORCH_VERSION, PYTORCH_FLAVOR)");
            }
        }
        PASSED.add(key);
    }

    private EngineReport report(NDManager manager) {
        return new EngineReport(
                manager.getEngine().getVersion(),
                String.valueOf(LibUtils.getLibtorchPath()),
                manager.getDevice().toString(),
                options.nativeThreads(),
                checks);
    }

    /** {@code d sum(x W) / dW}: each row of it is the sum of a column of x. */
    private void checkMatrixProduct(NDManager manager) {
        try (NDManager scope = manager.newSubManager();
                GradientCollector collector = scope.getEngine().newGradientCollector()) {
            NDArray x = scope.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
            NDArray w = scope.ones(new Shape(3, 2));
            w.setRequiresGradient(true);
            collector.backward(x.matMul(w).sum());
            checks.add(
                    compare(
                            "matrix product and gradient",
                            w.getGradient().toFloatArray(),
                            new float[] {5, 5, 7, 7, 9, 9},
                            1e-6));
        }
    }

    private void checkModel(NDManager manager, ModelConfig.Architecture architecture) {
        ModelConfig config = config(architecture);
        TokenBatch batch = batch(config);
        float[][] dLogProb = slopes(batch, SEEDS.child("dLogProb").random());
        float[][] dEntropy = slopes(batch, SEEDS.child("dEntropy").random());
        String name = architecture.name().toLowerCase(Locale.ROOT) + " ";
        float[] full;
        try (CausalLm model = model(config, EngineOptions.Precision.F32);
                PlainDecoder plain = plain(manager, model)) {
            PlainDecoder.Result expected = plain.run(batch, TEMPERATURE, dLogProb, dEntropy);
            checkScores(name, model.score(batch, TEMPERATURE), expected.scores());
            try (ForwardPass pass = model.forward(batch, TEMPERATURE)) {
                model.backward(pass, dLogProb, dEntropy);
                checkScores(name + "training ", pass.scores(), expected.scores());
            }
            checkGradients(name, model, expected);
            full = flat(model.score(batch, TEMPERATURE).logProbs());
            checkDecoding(name, model, 2e-4);
            checkStep(name, model);
        }
        try (CausalLm model = model(config, EngineOptions.Precision.BF16)) {
            float[] low = flat(model.score(batch, TEMPERATURE).logProbs());
            double loss = mean(full);
            checks.add(
                    new EngineReport.Check(
                            name + "bfloat16 loss",
                            Math.abs(mean(low) - loss) / Math.abs(loss),
                            2e-2));
        }
    }

    private void checkScores(String name, TokenScores actual, TokenScores expected) {
        checks.add(
                compare(
                        name + "log-probabilities",
                        flat(actual.logProbs()),
                        flat(expected.logProbs()),
                        2e-4));
        checks.add(
                compare(
                        name + "entropies",
                        flat(actual.entropies()),
                        flat(expected.entropies()),
                        2e-4));
    }

    /** Largest difference of a tensor's gradient, in units of its largest element. */
    private void checkGradients(String name, CausalLm model, PlainDecoder.Result expected) {
        double worst = 0;
        Parameters parameters = model.parameters();
        try (NDManager scope = parameters.weights().get(0).getManager().newSubManager()) {
            Map<String, float[]> actual = new HashMap<>();
            Weights.tensors("", parameters.layout(), parameters.gradients(scope))
                    .forEach(
                            (spec, values) -> {
                                float[] copy = new float[(int) spec.shape().size()];
                                values.get().get(copy);
                                actual.put(spec.name(), copy);
                            });
            for (Map.Entry<String, float[]> tensor : expected.gradients().entrySet()) {
                float[] reference = tensor.getValue();
                double largest = 0;
                for (float value : reference) {
                    largest = Math.max(largest, Math.abs(value));
                }
                EngineReport.Check one = compare("", actual.get(tensor.getKey()), reference, 0);
                worst = max(worst, one.worst() / largest);
            }
        }
        checks.add(new EngineReport.Check(name + "gradients, relative", worst, 1e-3));
    }

    /** Log-probabilities of tokens decoded with a cache, and of the same in one pass. */
    private void checkDecoding(String name, CausalLm model, double bound) {
        int[][] prompts = batch(model.config()).prompts();
        int[] rows = IntStream.range(0, prompts.length).toArray();
        TokenFilters filters = new TokenFilters(TEMPERATURE, 0, 1, 0, 1);
        SplittableRandom random = SEEDS.child("draws").random();
        float[][] draws = new float[6][prompts.length];
        for (float[] step : draws) {
            for (int i = 0; i < step.length; i++) {
                step[i] = (random.nextInt(1 << 20) + 0.5f) / (1 << 20);
            }
        }
        try (DecodingBatch decoding =
                model.decode(List.of(prompts), rows, draws.length, filters, new int[0], 0)) {
            DecodingBatch.Block block = decoding.next(draws);
            int[][] completions = new int[rows.length][];
            for (int row : rows) {
                completions[row] =
                        Arrays.stream(block.tokens()[row]).mapToInt(Math::toIntExact).toArray();
            }
            TokenScores scores = model.score(new TokenBatch(prompts, completions), TEMPERATURE);
            checks.add(
                    compare(
                            name + "decoding against one pass",
                            flat(block.logProbs()),
                            flat(scores.logProbs()),
                            bound));
        }
    }

    /** The first step, from zero moments: {@code p - rate g / (|g| + epsilon)} after decay. */
    private void checkStep(String name, CausalLm model) {
        Parameters parameters = model.parameters();
        NDManager owner = parameters.weights().get(0).getManager();
        try (NDManager scope = owner.newSubManager()) {
            float[] before = parameters.weights().get(0).toFloatArray();
            float[] gradient = parameters.gradients(scope).get(0).toFloatArray();
            double rate = 0.01;
            AdamWOptions knobs = new AdamWOptions(0.9, 0.999, 1e-8, 0.1, 0);
            model.step(rate, knobs);
            float[] expected = new float[before.length];
            for (int i = 0; i < expected.length; i++) {
                double g = gradient[i];
                expected[i] =
                        (float)
                                (before[i] * (1 - rate * knobs.weightDecay())
                                        - rate * g / (Math.abs(g) + knobs.epsilon()));
            }
            float[] after = parameters.weights().get(0).toFloatArray();
            checks.add(compare(name + "AdamW step", after, expected, 1e-5));
        }
    }

    private CausalLm model(ModelConfig config, EngineOptions.Precision precision) {
        EngineOptions own = options.withPrecision(precision).withKeptLayers(1);
        return CausalLm.untested(
                config,
                own,
                (owner, layout) -> Weights.random(owner, layout, SEEDS.child("weights"), 0.3));
    }

    private static PlainDecoder plain(NDManager manager, CausalLm model) {
        Parameters parameters = model.parameters();
        return new PlainDecoder(
                manager,
                model.config(),
                Weights.tensors("", parameters.layout(), parameters.weights()));
    }

    /** Grouped heads, odd sizes; untied where no fixture of that family needs it tied. */
    private static ModelConfig config(ModelConfig.Architecture architecture) {
        return new ModelConfig(
                architecture,
                61,
                24,
                40,
                2,
                4,
                2,
                8,
                1e-5,
                architecture != ModelConfig.Architecture.LLAMA,
                32,
                ModelConfig.Rope.plain(1000),
                null,
                List.of(),
                null,
                StorageType.F32);
    }

    private static TokenBatch batch(ModelConfig config) {
        SplittableRandom random = SEEDS.child("tokens").random();
        int[][] prompts = {new int[5], new int[2], new int[9]};
        int[][] completions = {new int[7], new int[1], new int[4]};
        for (int[][] rows : List.of(prompts, completions)) {
            for (int[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = random.nextInt(config.vocabSize());
                }
            }
        }
        return new TokenBatch(prompts, completions);
    }

    private static float[][] slopes(TokenBatch batch, SplittableRandom random) {
        float[][] slopes = new float[batch.rows()][];
        for (int row = 0; row < slopes.length; row++) {
            slopes[row] = new float[batch.completions()[row].length];
            for (int i = 0; i < slopes[row].length; i++) {
                slopes[row][i] = (float) random.nextGaussian();
            }
        }
        return slopes;
    }

    private static EngineReport.Check compare(
            String name, float[] actual, float[] expected, double bound) {
        if (actual.length != expected.length) {
            throw new IllegalStateException(
                    name + ": " + actual.length + " values, expected " + expected.length);
        }
        double worst = 0;
        for (int i = 0; i < actual.length; i++) {
            worst = max(worst, Math.abs((double) actual[i] - expected[i]));
        }
        return new EngineReport.Check(name, worst, bound);
    }

    /** NaN wins. */
    private static double max(double a, double b) {
        return Double.isNaN(a) || a >= b ? a : b;
    }

    private static float[] flat(float[][] rows) {
        int length = 0;
        for (float[] row : rows) {
            length += row.length;
        }
        float[] flat = new float[length];
        int at = 0;
        for (float[] row : rows) {
            System.arraycopy(row, 0, flat, at, row.length);
            at += row.length;
        }
        return flat;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
