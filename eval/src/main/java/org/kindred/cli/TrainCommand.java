package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.Recipe;
import org.kindred.pipeline.RecipeOptions;
import org.kindred.policy.run.MlflowLog;
import org.kindred.policy.run.TrainingListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description =
                "Reinforcement learning of a model on the prompts of DATA: GRPO, its relatives, and P-GRPO."
                        + " Writes policy/ARM/: checkpoints, metrics.jsonl, TensorBoard events, validation.jsonl and"
                        + " at the end model/, a Hugging Face folder of the best checkpoint.")
final class TrainCommand extends RecipeCommand {
    @Parameters(
            paramLabel = "DATA",
            description = "Canonical folder, preferences file, or FORMAT:PATH of a published set.")
    private String data;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|FILE",
            description = "Hugging Face folder or GGUF file of the model to start from.")
    private String model;

    @Option(
            names = {"--estimator", "--arms"},
            split = ",",
            paramLabel = "NAME",
            description =
                    "grpo, dr_grpo, rloo, reinforce_pp, reinforce_pp_baseline, lite_ppo, gdpo, p_grpo"
                            + " (default), p_grpo_shrunk; several are trained one after the other.")
    private @Nullable List<String> estimators;

    @Option(
            names = "--reward",
            paramLabel = "NAME[:WEIGHT]",
            split = ",",
            description =
                    "judge, next_item, similarity, fluency; several are summed with their weights.")
    private @Nullable List<String> rewards;

    @Option(
            names = "--preference-groups",
            paramLabel = "KIND",
            description =
                    "What a preference group is: prototypes (default), dataset, random, single.")
    private @Nullable String groups;

    @Option(names = "--steps", paramLabel = "N", description = "Rollouts.")
    private @Nullable Integer steps;

    @Option(names = "--learning-rate", paramLabel = "RATE", description = "Peak rate.")
    private @Nullable Double learningRate;

    @Option(
            names = "--lora-rank",
            paramLabel = "RANK",
            description = "Train adapters of this rank; 0 (default) trains all weights.")
    private @Nullable Integer loraRank;

    @Option(
            names = "--samples-every",
            paramLabel = "K",
            description =
                    "Completions of every group to samples.jsonl, every K steps; 0 (default) for none."
                            + " They are texts about people.")
    private @Nullable Integer samplesEvery;

    @Option(
            names = "--mlflow",
            paramLabel = "URL#EXPERIMENT",
            description = "Send numbers to an MLflow tracking server too.")
    private @Nullable String mlflow;

    private @Nullable MlflowLog numbers;

    TrainCommand() {
        super(
                Recipe.Goal.ARMS,
                Set.of(
                        "seed",
                        "data",
                        "judge",
                        "groups",
                        "start",
                        "reinforcement",
                        "arms",
                        "engine"));
    }

    @Override
    void flags() {
        settings.set("data.source", data);
        settings.set("start.model", model);
        settings.set("arms", estimators);
        settings.set("reinforcement.rewards", rewards);
        settings.set("groups.by", groups);
        settings.set("reinforcement.steps", steps);
        settings.set("reinforcement.optimizer.learning_rate", learningRate);
        settings.set("reinforcement.lora.rank", loraRank);
        settings.set("reinforcement.samples_every", samplesEvery);
    }

    /** The model is trained as it is; {@code policy sft} fine-tunes. */
    @Override
    Map<String, ?> own() {
        return Map.of("arms", List.of("p_grpo"), "start.sft.epochs", 0);
    }

    @Override
    String folderName() {
        return "train";
    }

    @Override
    TrainingListener log(Path folder, RecipeOptions options, Console console) {
        if (mlflow == null) {
            return TrainingListener.SILENT;
        }
        numbers =
                MlflowLog.open(
                        mlflow,
                        folder,
                        OptionTree.values(options),
                        Clock.systemUTC(),
                        warning -> console.stage("warning", warning));
        return numbers;
    }

    @Override
    void work(Path folder, RecipeOptions options, Console console, PrintWriter out) {
        super.work(folder, options, console, out);
        if (numbers != null) {
            numbers.close();
        }
    }

    @Override
    void tell(Recipe recipe, PrintWriter out) {
        recipe.arms().forEach((name, folder) -> out.println("model      " + folder));
    }
}
