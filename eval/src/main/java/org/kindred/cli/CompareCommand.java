package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.source.DataSource;
import org.kindred.eval.benchmark.CompareOptions;
import org.kindred.eval.benchmark.Comparison;
import org.kindred.eval.report.Report;
import org.kindred.eval.results.Results;
import org.kindred.eval.results.ResultsBuilder;
import org.kindred.options.OptionTree;
import org.kindred.reward.judges.RewardOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description =
                "One table of all baselines, chains without and with scaling, and all controls,"
                        + " over several seeds.")
final class CompareCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OptionSettings settings;
    @Mixin private OutputFolder output;

    @Parameters(
            paramLabel = "DATA",
            arity = "0..1",
            description = DataArgument.WHAT + " Default: a simulated population for each seed.")
    private @Nullable DataSource data;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> unread = RewardOptions.unread(RewardOptions.defaults());
        unread.remove("scenarios"); // the table has the published prototypes too
        OptionTree<CompareOptions> options =
                settings.resolve(CompareOptions.defaults())
                        .refuse("judge.", unread)
                        .refuse("judge.spec", "the table is of the rubric judge")
                        .refuse("judge.scaling", "the table holds every scaling")
                        .refuse("judge.persona", "no policy reads a persona here");
        if (settings.printed(options, out)) {
            return 0;
        }
        Path folder = output.folder("compare");
        output.refuseOccupied(folder);
        Comparison comparison;
        try (Console console = new Console(out)) {
            comparison =
                    Comparison.of(
                            data == null ? null : data.read(folder.resolve("data"), console),
                            options.options(),
                            console);
        }
        write(comparison, folder, options.options());
        out.println();
        out.print(comparison.table());
        out.println("Strict accuracy in %, mean and standard deviation over seeds; in " + folder);
        out.flush();
        return 0;
    }

    private void write(Comparison comparison, Path folder, CompareOptions options) {
        ResultsBuilder building =
                Results.builder(Results.Kind.REWARD_COMPARISON)
                        .command(TypedCommand.words(spec))
                        .seed(options.seeds().get(0))
                        .options(options)
                        .note(
                                (data == null ? "A simulated population" : data.toString())
                                        + " under the seeds "
                                        + options.seeds()
                                        + ".")
                        .table(comparison.numbers())
                        .details(Map.of("rows", comparison.rows()));
        if (data != null) {
            building.data(data.toString(), data.rows(folder.resolve("data")));
        }
        Results results = building.build();
        results.write(folder);
        new Report(results, List.of()).write(folder.resolve("report.html"));
        AtomicFiles.writeText(folder.resolve("table.md"), comparison.table());
        AtomicFiles.writeText(folder.resolve("cost.svg"), comparison.costChart());
        AtomicFiles.writeText(folder.resolve("config.yaml"), OptionTree.yaml(options));
    }
}
