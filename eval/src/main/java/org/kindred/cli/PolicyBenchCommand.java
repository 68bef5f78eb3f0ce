package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.ModelFolder;
import org.kindred.policy.bench.BenchOptions;
import org.kindred.policy.bench.BenchReport;
import org.kindred.policy.bench.BenchShape;
import org.kindred.policy.bench.PolicyBench;
import org.kindred.policy.gguf.GgufConverter;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.tokenizer.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Speed and memory of GRPO steps on this machine, as JSON; medians of the timed steps.")
final class PolicyBenchCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OptionSettings settings;
    @Mixin private OutputFolder output;
    @Mixin private EngineSettings engine;

    @Option(
            names = "--shape",
            paramLabel = "SHAPE",
            description =
                    "10m, smollm2-135m (random weights), a Hugging Face folder or a GGUF file (default: 10m).")
    private String shape = BenchShape.SMALL.label();

    @Option(names = "--prompts", description = "Distinct prompts a step (default: 1).")
    private @Nullable Integer prompts;

    @Option(names = "--completions", description = "Completions per prompt (default: 8).")
    private @Nullable Integer completions;

    @Option(names = "--prompt-tokens", description = "Tokens of a prompt (default: 64).")
    private @Nullable Integer promptTokens;

    @Option(names = "--new-tokens", description = "Tokens of a completion (default: 64).")
    private @Nullable Integer newTokens;

    @Option(names = "--steps", description = "Timed steps, after one that is not (default: 5).")
    private @Nullable Integer steps;

    @Option(
            names = "--lora-rank",
            description = "Train adapters of this rank; 0 (default) trains all weights.")
    private @Nullable Integer loraRank;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        engine.addTo(settings);
        settings.set("prompts", prompts);
        settings.set("completions", completions);
        settings.set("prompt_tokens", promptTokens);
        settings.set("new_tokens", newTokens);
        settings.set("steps", steps);
        settings.set("lora_rank", loraRank);
        OptionTree<BenchOptions> options = settings.resolve(BenchOptions.defaults());
        if (settings.printed(options, out)) {
            return 0;
        }
        BenchReport report = measure(options.options(), spec.commandLine().getErr());
        String json = Json.pretty(report);
        out.println(json);
        out.flush();
        Path folder = output.out();
        if (folder != null) {
            output.refuseOccupied(folder);
            Json.write(folder.resolve("bench.json"), report);
        }
        return 0;
    }

    private BenchReport measure(BenchOptions options, PrintWriter progress) {
        Optional<BenchShape> known =
                Arrays.stream(BenchShape.values()).filter(s -> s.label().equals(shape)).findFirst();
        if (known.isEmpty()
                && !Files.isDirectory(Path.of(shape))
                && !GgufConverter.isGguf(Path.of(shape))) {
            throw new OptionsException(
                    "--shape = "
                            + shape
                            + ": must be "
                            + Arrays.stream(BenchShape.values())
                                    .map(BenchShape::label)
                                    .collect(Collectors.joining(", "))
                            + " or a folder or GGUF file with a model");
        }
        EngineOptions engineOptions = options.engine();
        try (Tokenizer tokenizer =
                        known.map(s -> BenchShape.tokenizer())
                                .orElseGet(
                                        () ->
                                                ModelFolder.tokenizer(
                                                        ModelFolder.folder(Path.of(shape))));
                CausalLm model =
                        known.map(s -> s.model(engineOptions))
                                .orElseGet(
                                        () ->
                                                CausalLm.load(
                                                        ModelFolder.folder(Path.of(shape)),
                                                        engineOptions))) {
            return new PolicyBench(shape, model, tokenizer, options)
                    .run(
                            seconds -> {
                                progress.printf("step %.3f s%n", seconds);
                                progress.flush();
                            });
        }
    }
}
