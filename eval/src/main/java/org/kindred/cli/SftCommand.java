package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.FineTuning;
import org.kindred.pipeline.FineTuningOptions;
import org.kindred.pipeline.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "sft",
        mixinStandardHelpOptions = true,
        description =
                "Supervised fine-tuning of a model on the answers that training users chose. Writes checkpoints, metrics.jsonl,"
                        + " TensorBoard events and at the end model/, a Hugging Face folder.")
final class SftCommand implements Callable<Integer>, RunSettings.Holder {
    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;
    @Mixin private EngineSettings engine;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Hugging Face folder of the model to start from.")
    private Path model;

    @Parameters(
            paramLabel = "DATA",
            description = "Canonical folder, or its preferences file (JSONL, may be gzipped).")
    private Path data;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the examples (default: 1).")
    private @Nullable Integer epochs;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            description = "Peak rate (default: 2e-5).")
    private @Nullable Double learningRate;

    @Option(
            names = "--lora-rank",
            paramLabel = "RANK",
            description = "Train adapters of this rank; 0 (default) trains all weights.")
    private @Nullable Integer loraRank;

    @Option(names = "--raw", description = "Plain text instead of the chat template.")
    private boolean raw;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        engine.addTo(settings);
        settings.set("epochs", epochs);
        settings.set("optimizer.learning_rate", learningRate);
        settings.set("lora_rank", loraRank);
        settings.set("raw", raw ? Boolean.TRUE : null);
        OptionTree<FineTuningOptions> options = settings.resolve(FineTuningOptions.defaults());
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        ModelFolder.require(model);
        List<Preference> rows = CanonicalReader.read(data).dataset().training();
        if (rows.isEmpty()) {
            throw new KindredException(data + ": no training rows");
        }
        Path folder = settings.outOr("sft");
        try (RunFolder run = RunFolder.open(folder, settings.existing(), options.options());
                Console console = new Console(out)) {
            out.println("kindred policy sft -> " + folder);
            FineTuning tuning = new FineTuning(model, rows, options.options(), console);
            FineTuning.Result result =
                    Stoppable.run(tuning::requestStop, out, () -> tuning.run(run.root()));
            console.close();
            if (result.model() != null) {
                out.println("model      " + result.model());
                out.flush();
            }
        }
        return 0;
    }
}
