package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Escape;
import org.kindred.datasets.Json;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.source.DataSource;
import org.kindred.eval.benchmark.Accuracy;
import org.kindred.eval.benchmark.BenchmarkOptions;
import org.kindred.eval.benchmark.BenchmarkRun;
import org.kindred.eval.benchmark.RewardBenchmark;
import org.kindred.eval.report.Report;
import org.kindred.eval.results.Results;
import org.kindred.eval.results.ResultsBuilder;
import org.kindred.eval.stats.Interval;
import org.kindred.options.OptionTree;
import org.kindred.options.Spelling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        description =
                "Accuracy of reward models on held-out choices of a canonical folder, per split cell and number of shots.")
final class BenchmarkCommand implements Callable<Integer> {
    /** Names for the help and for completion. */
    static final class Kinds implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Arrays.stream(BenchmarkOptions.Split.values()).map(Spelling::of).iterator();
        }
    }

    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private OutputFolder output;

    @Parameters(
            paramLabel = "DATA",
            arity = "1..*",
            description = {
                DataArgument.WHAT,
                "Several: each in turn is the data set that training never shows."
            })
    private List<DataSource> data;

    @Option(
            names = "--by",
            paramLabel = "KIND",
            completionCandidates = Kinds.class,
            description =
                    "Split: ${COMPLETION-CANDIDATES}; shorthand for --set split=KIND (default: rows).")
    private BenchmarkOptions.@Nullable Split split;

    @Option(
            names = "--judge",
            paramLabel = "SPEC",
            description = {
                "Also measure a language model with the user's past in its prompt:",
                "openai:URL#MODEL, ollama:URL#MODEL, local:DIR or run:DIR. Key: KINDRED_API_KEY."
            })
    private @Nullable String judge;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description =
                    "Most targets of each cell, drawn by seed; shorthand for --set targets=N (default: all).")
    private @Nullable Integer limit;

    @Option(
            names = "--groups",
            paramLabel = "WHO",
            description = {
                "Also tell the accuracy of each group of users: an attribute of the users, group, or",
                "FILE.csv#COLUMN with user ids first; shorthand for --set groups=WHO. No model reads it."
            })
    private @Nullable String groups;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        settings.set("judge.spec", judge);
        settings.set("split", split);
        settings.set("targets", limit);
        settings.set("groups", groups);
        OptionTree<BenchmarkOptions> options =
                settings.resolve(BenchmarkOptions.defaults())
                        .refuse("judge.persona", "no policy reads a persona here");
        if (settings.printed(options, out)) {
            return 0;
        }
        Path folder = output.folder("benchmark");
        output.refuseOccupied(folder);
        BenchmarkRun run;
        try (Console console = new Console(out)) {
            run =
                    BenchmarkRun.of(
                            data,
                            folder.resolve("data"),
                            options.options(),
                            folder.resolve("judge-cache.sqlite"),
                            console);
        }
        Results results = write(folder, run, options.options());
        out.println();
        out.println(Escape.terminal(run.dataSummary()));
        out.print(table(run.result()));
        out.println(
                "Strict accuracy in % of the pairs that were scored (ties are wrong), 95 % interval over users; results and report.html in "
                        + folder);
        run.result().silences().stream().map(Escape::terminal).forEach(out::println);
        run.notes().stream().map(Escape::terminal).forEach(out::println);
        int most = options.options().shots().stream().mapToInt(k -> k).max().orElse(0);
        results.rewardModel().differences().stream()
                .filter(difference -> difference.shots() == most)
                .forEach(difference -> out.println(Escape.terminal(difference.sentence())));
        if (Files.exists(folder.resolve("quarantine.jsonl"))) {
            out.println(
                    "Quarantined lines, with file, line and reason, are in "
                            + folder.resolve("quarantine.jsonl"));
        }
        out.flush();
        return run.judged() ? 0 : 1;
    }

    private Results write(Path folder, BenchmarkRun run, BenchmarkOptions options) {
        ResultsBuilder building =
                Results.builder(Results.Kind.BENCHMARK)
                        .command(TypedCommand.words(spec))
                        .seed(options.seed())
                        .options(options)
                        .note(run.dataSummary())
                        .rewardModel(run.result())
                        .trainingSizes(run.trainingSizes())
                        .rankings(run.rankings());
        run.notes().forEach(building::note);
        for (int i = 0; i < data.size(); i++) {
            building.data(data.get(i).toString(), rows(folder.resolve("data")).get(i));
        }
        Results results = building.build();
        results.write(folder);
        AtomicFiles.writeText(folder.resolve("config.yaml"), OptionTree.yaml(options));
        if (run.selection() != null) {
            Json.write(folder.resolve("selection.json"), run.selection());
        }
        new Report(results, List.of()).write(folder.resolve("report.html"));
        if (!run.quarantined().isEmpty()) {
            Quarantined.write(folder.resolve("quarantine.jsonl"), run.quarantined());
        }
        return results;
    }

    private List<Path> rows(Path workFolder) {
        return data.stream()
                .map(one -> one.rows(BenchmarkRun.workFolder(data, one, workFolder)))
                .toList();
    }

    private static String table(RewardBenchmark.Result result) {
        int width = result.rows().stream().mapToInt(row -> row.cell().length()).max().orElse(0);
        String cell = "%-" + Math.max(13, width) + "s ";
        StringBuilder text =
                new StringBuilder(
                        String.format(
                                "%n" + cell + "%-34s %3s %6s %6s  %-20s %6s %6s %6s %8s%n",
                                "cell",
                                "arm",
                                "K",
                                "users",
                                "pairs",
                                "accuracy",
                                "macro",
                                "ties",
                                "worst",
                                "coverage"));
        for (Accuracy row : result.rows().stream().filter(r -> r.coverage() > 0).toList()) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            cell + "%-34s %3d %6d %6d  %5.1f %-14s %6.1f %6.1f %6.1f %8.1f%n",
                            Escape.terminal(row.cell()),
                            Escape.terminal(row.arm()),
                            row.shots(),
                            row.users(),
                            row.pairs(),
                            100 * row.accuracy().mean(),
                            interval("[%4.1f, %4.1f]", row.accuracy()),
                            100 * row.macro(),
                            100 * row.ties(),
                            100 * row.worstDecile(),
                            100 * row.coverage()));
        }
        Map<String, List<RewardBenchmark.Difference>> byBaseline = new LinkedHashMap<>();
        result.differences()
                .forEach(
                        row ->
                                byBaseline
                                        .computeIfAbsent(row.baseline(), name -> new ArrayList<>())
                                        .add(row));
        byBaseline.forEach(
                (baseline, rows) -> {
                    text.append(
                            String.format(
                                    "%nPaired difference to \"%s\", points:%n",
                                    Escape.terminal(baseline)));
                    for (RewardBenchmark.Difference row : rows) {
                        text.append(
                                String.format(
                                        Locale.ROOT,
                                        cell + "%-34s %3d  %+5.1f %s%n",
                                        Escape.terminal(row.cell()),
                                        Escape.terminal(row.arm()),
                                        row.shots(),
                                        100 * row.difference().mean(),
                                        interval("[%+5.1f, %+5.1f]", row.difference())));
                    }
                });
        return text.toString();
    }

    /** In points; a dash where one user alone gives none. */
    private static String interval(String format, Interval interval) {
        return Double.isNaN(interval.low())
                ? "–"
                : String.format(Locale.ROOT, format, 100 * interval.low(), 100 * interval.high());
    }
}
