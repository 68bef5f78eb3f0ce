package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Escape;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.Recipe;
import org.kindred.pipeline.RecipeOptions;
import org.kindred.pipeline.SeedRuns;
import org.kindred.policy.run.TrainingListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "The whole recipe: data, judge, groups, start, arms, evaluation, report.",
            "Without DATA, on a simulated population."
        })
final class RunCommand extends RecipeCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "DATA",
            description = "Canonical folder, preferences file, or FORMAT:PATH of a published set.")
    private @Nullable String data;

    @Option(
            names = "--model",
            paramLabel = "scratch|DIR",
            description =
                    "What the policies start from: a small decoder with random weights (default), or a"
                            + " Hugging Face folder.")
    private @Nullable String model;

    @Option(
            names = "--arms",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Policies that are trained, by estimator (default: grpo,p_grpo); more in --config.")
    private @Nullable List<String> arms;

    @Option(
            names = "--seeds",
            split = ",",
            paramLabel = "N",
            description = "Several runs, compared in one table.")
    private @Nullable List<Long> seeds;

    @Option(
            names = "--groups",
            paramLabel = "WHO",
            description =
                    "Whom tables tell apart: an attribute of the users, group, or FILE.csv#COLUMN. No"
                            + " model reads it.")
    private @Nullable String groups;

    @Option(names = "--steps", paramLabel = "N", description = "Rollouts of every arm.")
    private @Nullable Integer steps;

    @Option(
            names = "--lora-rank",
            paramLabel = "RANK",
            description =
                    "Train adapters of this rank, in fine-tuning and in every arm; 0: all weights.")
    private @Nullable Integer loraRank;

    RunCommand() {
        super(
                Recipe.Goal.REPORT,
                Set.of(
                        "seed",
                        "seeds",
                        "data",
                        "judge",
                        "groups",
                        "start",
                        "reinforcement",
                        "arms",
                        "tuning",
                        "evaluation",
                        "engine"));
    }

    @Override
    void flags() {
        if (data != null && data.matches("(?i).+\\.ya?ml")) {
            throw new OptionsException(
                    data + " is no data: options are given with --config " + data);
        }
        settings.set("data.source", data);
        settings.set("start.model", model);
        settings.set("arms", arms);
        settings.set("seeds", seeds);
        settings.set("evaluation.groups", groups);
        settings.set("reinforcement.steps", steps);
        settings.set("start.lora.rank", loraRank);
        settings.set("reinforcement.lora.rank", loraRank);
    }

    /** The run knows its options. */
    @Override
    String resumeHint(Path folder) {
        return "interrupted; continue with: kindred run --resume --out " + folder;
    }

    @Override
    String folderName() {
        return "run";
    }

    @Override
    void work(Path folder, RecipeOptions options, Console console, PrintWriter out) {
        if (options.seeds().size() < 2 && options.tuning().rates().isEmpty()) {
            super.work(folder, options.withOnlySeed(), console, out);
            return;
        }
        try (SeedRuns runs =
                new SeedRuns(
                        folder,
                        output.existing(),
                        options,
                        TypedCommand.words(spec),
                        TrainingListener.SILENT,
                        console)) {
            boolean whole = Stoppable.run(runs::requestStop, resumeHint(folder), out, runs::run);
            console.close();
            if (whole) {
                out.println();
                runs.summary().stream().map(Escape::terminal).forEach(out::println);
                out.flush();
            }
        }
    }

    @Override
    void tell(Recipe recipe, PrintWriter out) {
        out.println();
        out.print(recipe.summary());
    }
}
