package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.Recipe;
import org.kindred.pipeline.RecipeOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "sft",
        mixinStandardHelpOptions = true,
        description =
                "Supervised fine-tuning of a model on the answers that training users chose, each under its"
                        + " user's persona. Writes policy/sft/: checkpoints, metrics.jsonl, TensorBoard events and"
                        + " at the end model/, a Hugging Face folder.")
final class SftCommand extends RecipeCommand {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "scratch|DIR|FILE",
            description =
                    "Hugging Face folder or GGUF file of the model to start from, or scratch: a small decoder with"
                            + " random weights.")
    private String model;

    @Parameters(
            paramLabel = "DATA",
            description = "Canonical folder, preferences file, or FORMAT:PATH of a published set.")
    private String data;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the examples.")
    private @Nullable Integer epochs;

    @Option(names = "--learning-rate", paramLabel = "RATE", description = "Peak rate.")
    private @Nullable Double learningRate;

    @Option(
            names = "--lora-rank",
            paramLabel = "RANK",
            description = "Train adapters of this rank; 0 (default) trains all weights.")
    private @Nullable Integer loraRank;

    @Option(names = "--raw", description = "Plain text instead of the chat template.")
    private boolean raw;

    @Option(
            names = "--persona",
            negatable = true,
            description =
                    "Whether the user's persona stands in the system message (default: it does).")
    private @Nullable Boolean persona;

    SftCommand() {
        super(Recipe.Goal.START, Set.of("seed", "data", "judge", "start", "engine"));
    }

    @Override
    void work(Path folder, RecipeOptions options, Console console, PrintWriter out) {
        if (options.start().sft().epochs() == 0 && !options.start().scratch()) {
            throw new OptionsException(
                    "start.sft.epochs = 0 (--epochs): nothing would be trained; must be 1 or more");
        }
        super.work(folder, options, console, out);
    }

    @Override
    void flags() {
        settings.set("data.source", data);
        settings.set("start.model", model);
        settings.set("start.sft.epochs", epochs);
        settings.set("start.sft.optimizer.learning_rate", learningRate);
        settings.set("start.lora.rank", loraRank);
        settings.set("start.raw", raw ? Boolean.TRUE : null);
        settings.set("start.persona", persona);
    }

    @Override
    String folderName() {
        return "sft";
    }

    @Override
    void tell(Recipe recipe, PrintWriter out) {
        out.println("model      " + recipe.start());
    }
}
