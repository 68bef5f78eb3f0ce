package org.kindred.policy.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.BatchOptions;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.RewardSource;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.policy.grpo.ScoringOptions;
import org.kindred.policy.grpo.Trainer;
import org.kindred.policy.grpo.TrainerInputs;
import org.kindred.policy.grpo.TrainerOptions;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineGauge;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.LoraOptions;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.model.TokenFilters;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Times {@link Trainer#step} with GRPO, no KL term, on random prompts: what TRL calls a step. The
 * reward is a hash of the text, so that every step has a gradient.
 */
public final class PolicyBench {
    private static final double BILLION = 1e9;
    private static final int PREFILLS = 3;
    private static final Path STATUS = Path.of("/proc/self/status");

    private final String name;
    private final CausalLm model;
    private final BenchOptions options;
    private final List<PolicyPrompt> prompts;
    private final Trainer trainer;

    /**
     * @param name of the model, for the report
     * @param model trained by the measurement; the caller closes it
     * @param tokenizer decodes what is sampled
     */
    public PolicyBench(String name, CausalLm model, Tokenizer tokenizer, BenchOptions options) {
        this.name = name;
        this.model = model;
        this.options = options;
        if (options.loraRank() > 0) {
            model.addAdapter(
                    LoraOptions.defaults().withRank(options.loraRank()),
                    SeedTree.root(1).child("adapter"));
        }
        prompts = prompts(model.config());
        trainer =
                new Trainer(
                        new TrainerInputs(
                                model,
                                null,
                                tokenizer,
                                prompts,
                                List.of(RewardSource.of("hash", PolicyBench::hashes))),
                        trainerOptions());
    }

    private List<PolicyPrompt> prompts(ModelConfig config) {
        SplittableRandom random = SeedTree.root(1).child("prompts").random();
        List<PolicyPrompt> prompts = new ArrayList<>();
        for (int i = 0; i < options.prompts(); i++) {
            int[] tokens = random.ints(options.promptTokens(), 0, config.vocabSize()).toArray();
            prompts.add(new PolicyPrompt("prompt-" + i, "all", null, tokens));
        }
        return prompts;
    }

    private static List<ScoreOutcome> hashes(PolicyPrompt prompt, List<String> texts) {
        return texts.stream()
                .<ScoreOutcome>map(
                        text -> new ScoreOutcome.Scored((text.hashCode() & 0xffff) / 65536.0))
                .toList();
    }

    private TrainerOptions trainerOptions() {
        TrainerOptions trl = TrainerOptions.trl();
        return new TrainerOptions(
                options.steps() + 1,
                new BatchOptions(
                        options.prompts(),
                        options.completions(),
                        trl.batch().groupSampling(),
                        1,
                        options.completions()),
                trl.optimizer(),
                new SamplingOptions(options.newTokens(), 1, 0, 1, 0, 1),
                trl.advantage(),
                trl.objective(),
                trl.regularisation(),
                false,
                new ScoringOptions(1, false, 0, false),
                1);
    }

    /**
     * Measures.
     *
     * @param progress hears of each step, its seconds
     */
    public BenchReport run(DoubleConsumer progress) {
        EngineGauge gauge = EngineGauge.measure(options.engine());
        trainer.step();
        List<StepMetrics> times = new ArrayList<>();
        double generated = 0;
        for (int i = 0; i < options.steps(); i++) {
            StepMetrics metrics = trainer.step();
            times.add(trainer.timings());
            generated += metrics.values().get("completions/mean_length");
            progress.accept(trainer.timings().values().get("step_time"));
        }
        int rows = options.prompts() * options.completions();
        double tokens = rows * generated / options.steps();
        double prefill = median(IntStream.range(0, PREFILLS).mapToDouble(i -> prefill()).toArray());
        double rollout = median("rollout_time", times);
        double passes = median("forward_backward_time", times);
        EngineOptions engine = options.engine();
        return new BenchReport(
                name,
                model.config().parameterCount(),
                model.device(),
                engine.precision().name().toLowerCase(Locale.ROOT),
                (engine.samplerDiffers() ? engine.rolloutPrecision() : engine.precision())
                        .name()
                        .toLowerCase(Locale.ROOT),
                options.loraRank(),
                engine.nativeThreads(),
                options.prompts(),
                options.completions(),
                options.promptTokens(),
                options.newTokens(),
                options.steps(),
                tokens / rollout,
                prefill,
                rollout,
                passes,
                median("optimizer_time", times),
                median("step_time", times),
                median("bookkeeping_time", times),
                peakRssMib(),
                gauge.flopsPerSecond() / BILLION,
                flops(tokens / rows) / passes / gauge.flopsPerSecond(),
                gauge.bytesPerSecond() / BILLION,
                bytesPerToken()
                        * generated
                        / options.steps()
                        / (rollout - prefill)
                        / gauge.bytesPerSecond());
    }

    private static double median(String part, List<StepMetrics> times) {
        return median(times.stream().mapToDouble(t -> t.values().get(part)).toArray());
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int half = values.length / 2;
        return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }

    private double prefill() {
        int[] promptOfRow =
                IntStream.range(0, options.prompts() * options.completions())
                        .map(row -> row / options.completions())
                        .toArray();
        long start = System.nanoTime();
        model.decode(
                        prompts.stream().map(PolicyPrompt::tokens).toList(),
                        promptOfRow,
                        options.newTokens(),
                        new TokenFilters(1, 0, 1, 0, 1),
                        new int[0],
                        0)
                .close();
        return (System.nanoTime() - start) / BILLION;
    }

    /**
     * Operations of forward and backward: a multiplication and an addition per weight and token,
     * scores and sums of attention, the head at completion tokens only; backward is twice forward.
     */
    private double flops(double completionTokens) {
        ModelConfig c = model.config();
        double rows = (double) options.prompts() * options.completions();
        double promptTokens = (double) options.prompts() * options.promptTokens();
        double tokens = promptTokens + rows * completionTokens;
        double context =
                promptTokens * options.promptTokens() / 2
                        + rows * completionTokens * (options.promptTokens() + completionTokens / 2);
        double width = (double) c.heads() * c.headDim();
        double products = 2 * layerWeights() * tokens;
        double attention = 4 * c.layers() * width * context;
        double head = 2.0 * c.vocabSize() * c.hiddenSize() * rows * completionTokens;
        return 3 * (products + attention + head);
    }

    /** Weights of the matrices of all layers. */
    private double layerWeights() {
        ModelConfig c = model.config();
        double width = (double) c.heads() * c.headDim();
        double keys = (double) c.keyValueHeads() * c.headDim();
        return c.layers()
                * (double) c.hiddenSize()
                * (2 * width + 2 * keys + 3.0 * c.intermediateSize());
    }

    /** What one step of decoding has to read: every matrix once, and the caches half full. */
    private double bytesPerToken() {
        ModelConfig c = model.config();
        EngineOptions engine = options.engine();
        boolean low = engine.precision() == EngineOptions.Precision.BF16 || engine.samplerDiffers();
        double rows = (double) options.prompts() * options.completions();
        double cache =
                rows
                        * 2
                        * c.layers()
                        * c.keyValueHeads()
                        * c.headDim()
                        * (options.promptTokens() + options.newTokens() / 2.0);
        double head = (double) c.vocabSize() * c.hiddenSize();
        return (low ? 2 : Float.BYTES) * (layerWeights() + head + cache);
    }

    private static @Nullable Long peakRssMib() {
        if (!Files.exists(STATUS)) {
            return null;
        }
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D+", "")) / 1024;
                }
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
