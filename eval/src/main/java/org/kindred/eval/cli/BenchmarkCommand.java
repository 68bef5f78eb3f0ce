package org.kindred.eval.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.kindred.eval.benchmark.BenchmarkOptions;
import org.kindred.eval.benchmark.BenchmarkRun;
import org.kindred.eval.benchmark.RewardBenchmark;
import org.kindred.eval.config.OptionTree;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        description =
                "Accuracy of reward models on held-out choices of a canonical folder, per split cell and number of shots.")
final class BenchmarkCommand implements Callable<Integer>, RunSettings.Holder {
    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;

    @Parameters(
            paramLabel = "DATA",
            description = "Canonical folder, or its preferences file (JSONL, may be gzipped).")
    private Path data;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<BenchmarkOptions> options = settings.resolve(BenchmarkOptions.defaults());
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        Path folder = settings.outOr("benchmark");
        settings.refuseOccupied(folder);
        BenchmarkRun run;
        try (Console console = new Console(out)) {
            run = BenchmarkRun.of(data, options.options(), console);
        }
        run.write(folder);
        out.println();
        out.println(run.dataSummary());
        out.print(table(run.result()));
        out.println(
                "Strict accuracy in % (ties and missing scores are wrong), 95 % interval over users; results in "
                        + folder);
        if (Files.exists(folder.resolve("quarantine.jsonl"))) {
            out.println(
                    "Quarantined lines, with file, line and reason, are in "
                            + folder.resolve("quarantine.jsonl"));
        }
        out.flush();
        return 0;
    }

    private static String table(RewardBenchmark.Result result) {
        StringBuilder text =
                new StringBuilder(
                        String.format(
                                "%n%-13s %-34s %3s %6s %6s  %-20s %6s %6s %6s%n",
                                "cell",
                                "arm",
                                "K",
                                "users",
                                "pairs",
                                "accuracy",
                                "macro",
                                "ties",
                                "worst"));
        result.rows()
                .forEach(
                        row ->
                                text.append(
                                        String.format(
                                                Locale.ROOT,
                                                "%-13s %-34s %3d %6d %6d  %5.1f [%4.1f, %4.1f]  %6.1f %6.1f %6.1f%n",
                                                row.cell(),
                                                row.arm(),
                                                row.shots(),
                                                row.users(),
                                                row.pairs(),
                                                100 * row.accuracy().mean(),
                                                100 * row.accuracy().low(),
                                                100 * row.accuracy().high(),
                                                100 * row.macro(),
                                                100 * row.ties(),
                                                100 * row.worstDecile())));
        if (!result.differences().isEmpty()) {
            text.append(
                    String.format(
                            "%nPaired difference to \"%s\" at K = 0, points:%n",
                            result.differences().get(0).baseline()));
            result.differences()
                    .forEach(
                            row ->
                                    text.append(
                                            String.format(
                                                    Locale.ROOT,
                                                    "%-13s %-34s %3d  %+5.1f [%+5.1f, %+5.1f]%n",
                                                    row.cell(),
                                                    row.arm(),
                                                    row.shots(),
                                                    100 * row.difference().mean(),
                                                    100 * row.difference().low(),
                                                    100 * row.difference().high())));
        }
        return text.toString();
    }
}
