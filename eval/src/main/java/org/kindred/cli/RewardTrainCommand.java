package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.source.DataSource;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.ModelFolder;
import org.kindred.pipeline.RewardTraining;
import org.kindred.pipeline.RunFolder;
import org.kindred.pipeline.TestResult;
import org.kindred.reward.training.RewardTrainingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description =
                "Train a language model as a judge on DATA: a teacher's chains (psi), reinforcement by coverage and outcome (cre),"
                        + " hard negatives (curriculum). Writes model/, a Hugging Face folder for --judge local:DIR,"
                        + " and results.json, every stage on new users' choices.")
final class RewardTrainCommand implements Callable<Integer> {
    private static final Set<String> MAY_CHANGE_ON_RESUME =
            Set.of("checkpoints.", "validation.patience", "judge.client.", "judge.timeout_seconds");

    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private OutputFolder.Resumable output;
    @Mixin private EngineSettings engine;

    @Parameters(paramLabel = "DATA", description = DataArgument.WHAT)
    private DataSource data;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|FILE",
            description =
                    "Hugging Face folder or GGUF file of the model to start from, or scratch: a small decoder is made"
                            + " from nothing (options under decoder).")
    private String model;

    @Option(
            names = "--teacher",
            paramLabel = "JUDGE",
            description =
                    "Who writes the chains of psi: rubric (default) | openai:URL#MODEL |"
                            + " ollama:URL#MODEL | local:DIR | run:DIR.")
    private @Nullable String teacher;

    @Option(
            names = "--stages",
            paramLabel = "STAGE",
            split = ",",
            description = "psi,cre,curriculum (default), and for comparison bt_global, bt_persona.")
    private @Nullable List<String> stages;

    @Option(
            names = "--ablations",
            description =
                    "Train the stages without one part each too, for the table: no cre, no coverage,"
                            + " no outcome, no curriculum.")
    private boolean ablations;

    @Option(
            names = "--coverage",
            paramLabel = "JUDGE",
            description = "Who rates coverage in cre: matched (default), or a judge as --teacher.")
    private @Nullable String coverage;

    @Option(
            names = "--lora-rank",
            paramLabel = "RANK",
            description = "Train adapters of this rank; 0 (default) trains all weights.")
    private @Nullable Integer loraRank;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        engine.addTo(settings);
        settings.set("judge.spec", teacher);
        settings.set("stages", stages);
        settings.set("ablations", ablations ? true : null);
        settings.set("coverage", coverage);
        settings.set("lora_rank", loraRank);
        OptionTree<RewardTrainingOptions> options =
                settings.resolve(RewardTrainingOptions.defaults());
        if (settings.printed(options, out)) {
            return 0;
        }
        if (!model.equals(RewardTraining.SCRATCH)) {
            ModelFolder.require(Path.of(model));
        }
        Path folder = output.folder("reward-train");
        try (RunFolder run =
                        RunFolder.open(
                                folder,
                                output.existing(),
                                options.options(),
                                MAY_CHANGE_ON_RESUME);
                Console console = new Console(out)) {
            out.println("kindred reward train -> " + folder);
            RewardTraining training =
                    new RewardTraining(
                            model,
                            data,
                            options.options(),
                            run.command(TypedCommand.words(spec), output.resume()),
                            console);
            RewardTraining.Result result =
                    Stoppable.run(
                            () -> {
                                training.requestStop();
                                return true;
                            },
                            Stoppable.SAME_COMMAND + " --out " + folder,
                            out,
                            () -> training.run(run));
            console.close();
            print(result, out);
        }
        return 0;
    }

    private static void print(RewardTraining.Result result, PrintWriter out) {
        result.table().forEach((name, row) -> out.println(line(name, row)));
        if (result.model() != null) {
            out.println("model           " + result.model());
        }
        out.flush();
    }

    private static String line(String name, TestResult row) {
        StringBuilder text =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "%-15s accuracy %.3f [%.3f, %.3f] of %d pairs",
                                name,
                                row.accuracy().mean(),
                                row.accuracy().low(),
                                row.accuracy().high(),
                                row.pairs()));
        row.numbers()
                .forEach(
                        (key, value) ->
                                text.append(
                                        String.format(
                                                Locale.ROOT,
                                                ", %s %.3f",
                                                key.replace('_', ' '),
                                                value)));
        return text.toString();
    }
}
