package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.source.DataSource;
import org.kindred.eval.protocol.Protocol;
import org.kindred.eval.protocol.ScoreOptions;
import org.kindred.eval.protocol.ScoreReport;
import org.kindred.eval.protocol.ScoreReports;
import org.kindred.eval.report.Report;
import org.kindred.eval.results.Results;
import org.kindred.eval.results.ResultsBuilder;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "scores",
        mixinStandardHelpOptions = true,
        description =
                "Scores or judge outputs that were made elsewhere, counted as a published benchmark counts.")
final class ScoresCommand implements Callable<Integer> {
    private static final int SHOWN_LINES = 10;

    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private OutputFolder output;

    @Parameters(
            index = "0",
            paramLabel = "PROTOCOL",
            description = {
                "reward-bench, reward-bench-2, lamp-qa, lamp-qa-rankings, personalized-reward-bench (scores),",
                "personalized-reward-bench-judge (outputs of a judge) or personal-reward-bench (both orders)."
            })
    private String protocol;

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "JSON lines with an id each; eval/docs/use-it-with.md shows them.")
    private Path file;

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description = "The benchmark, for all but lamp-qa-rankings. " + DataArgument.WHAT)
    private @Nullable DataSource data;

    @Option(
            names = "--responses",
            paramLabel = "FILE",
            description =
                    "lamp-qa: the answers that were judged; a question without one counts 0 (default: those with a verdict).")
    private @Nullable Path responses;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<ScoreOptions> options = settings.resolve(ScoreOptions.defaults());
        if (settings.printed(options, out)) {
            return 0;
        }
        Protocol counted = Protocol.parse(protocol);
        requireUsable(counted);
        Path folder = output.folder("scores");
        output.refuseOccupied(folder);
        CanonicalReader.@Nullable Loaded benchmark = null;
        if (data != null) {
            try (Console console = new Console(out)) {
                benchmark = data.read(folder.resolve("data"), console);
                console.stage("data", benchmark.summary());
            }
        }
        ScoreReport report =
                new ScoreReports(
                                file,
                                benchmark,
                                responses,
                                new Bootstrap(
                                        options.options().bootstrapDraws(),
                                        SeedTree.root(options.options().seed()).child("bootstrap")))
                        .of(counted);
        write(folder, report, options.options());
        report.tables().forEach(table -> out.print(table.markdown()));
        out.printf(
                "%d ids of %s were found in the data%s.%n",
                report.matched(),
                file,
                report.unknown() == 0
                        ? ""
                        : ", " + report.unknown() + " are not of the data and were passed over");
        tellBadLines(report.setAside(), folder, out);
        out.println(
                "results.json, report.html, the tables as .csv, tables.md and tables.tex are in "
                        + folder);
        out.flush();
        return 0;
    }

    private void requireUsable(Protocol counted) {
        if (counted.needsData() && data == null) {
            throw new OptionsException(
                    "--data is missing: "
                            + protocol
                            + " counts against the benchmark; import it with kindred data import and"
                            + " name the folder");
        }
        if (responses != null && counted != Protocol.LAMP_QA) {
            throw new OptionsException("--responses: " + protocol + " has none; lamp-qa has");
        }
        if (!Files.isRegularFile(file)) {
            throw new KindredException(file + ": no such file. Expected lines " + counted.line());
        }
    }

    private static void tellBadLines(List<Quarantined> lines, Path folder, PrintWriter out) {
        if (lines.isEmpty()) {
            return;
        }
        out.println(Quarantined.summary(lines) + "; what they were about counts as missing:");
        lines.stream()
                .limit(SHOWN_LINES)
                .forEach(
                        line ->
                                out.printf(
                                        "  %s line %d: %s%n",
                                        line.file(), line.line(), line.reason()));
        if (lines.size() > SHOWN_LINES) {
            out.println("  the others are in " + folder.resolve("quarantine.jsonl"));
        }
    }

    private void write(Path folder, ScoreReport report, ScoreOptions options) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("protocol", report.protocol().spelling());
        numbers.put("numbers", report.numbers());
        numbers.put("matched_ids", report.matched());
        numbers.put("unknown_ids", report.unknown());
        numbers.put("lines_set_aside", report.setAside().size());
        ResultsBuilder building =
                Results.builder(Results.Kind.SCORES)
                        .command(TypedCommand.words(spec))
                        .seed(options.seed())
                        .options(options)
                        .data(file)
                        .note("Counted as " + report.protocol().spelling() + " counts.")
                        .details(numbers);
        if (data != null) {
            building.data(data.toString(), data.rows(folder.resolve("data")));
        }
        if (responses != null) {
            building.data(responses);
        }
        report.tables().forEach(building::table);
        Results results = building.build();
        results.write(folder);
        new Report(results, List.of()).write(folder.resolve("report.html"));
        if (!report.setAside().isEmpty()) {
            Quarantined.write(folder.resolve("quarantine.jsonl"), report.setAside());
        }
    }
}
