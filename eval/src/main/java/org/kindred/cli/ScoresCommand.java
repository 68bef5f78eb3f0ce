package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.protocol.Protocol;
import org.kindred.eval.protocol.ScoreOptions;
import org.kindred.eval.protocol.ScoreReport;
import org.kindred.eval.protocol.ScoreReports;
import org.kindred.eval.report.Table;
import org.kindred.eval.results.ResultProvenance;
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
final class ScoresCommand implements Callable<Integer>, RunSettings.Holder {
    private static final int SHOWN_LINES = 10;

    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;

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
            paramLabel = "DIR",
            description =
                    "The benchmark as a canonical folder, from kindred data import; for all but lamp-qa-rankings.")
    private @Nullable Path data;

    @Option(
            names = "--responses",
            paramLabel = "FILE",
            description =
                    "lamp-qa: the answers that were judged; a question without one counts 0 (default: those with a verdict).")
    private @Nullable Path responses;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<ScoreOptions> options = settings.resolve(ScoreOptions.defaults());
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        Protocol counted = Protocol.parse(protocol);
        requireUsable(counted);
        Path folder = settings.outOr("scores");
        settings.refuseOccupied(folder);
        ScoreReport report =
                new ScoreReports(
                                file,
                                data == null ? null : CanonicalReader.read(data),
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
        out.println("scores.json, the tables as .csv, tables.md and tables.tex are in " + folder);
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
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("protocol", report.protocol().spelling());
        json.put("numbers", report.numbers());
        json.put("matched_ids", report.matched());
        json.put("unknown_ids", report.unknown());
        json.put("lines_set_aside", report.setAside().size());
        json.put(
                "provenance",
                ResultProvenance.of(
                        "kindred eval scores "
                                + protocol
                                + " "
                                + file
                                + (data == null ? "" : " --data " + data)
                                + (responses == null ? "" : " --responses " + responses),
                        options,
                        data == null ? List.of(file) : List.of(file, data)));
        Json.write(folder.resolve("scores.json"), json);
        StringBuilder markdown = new StringBuilder();
        StringBuilder latex = new StringBuilder();
        for (Table table : report.tables()) {
            AtomicFiles.writeText(folder.resolve(table.name() + ".csv"), table.csv());
            markdown.append(table.markdown());
            latex.append(table.latex());
        }
        AtomicFiles.writeText(folder.resolve("tables.md"), markdown.toString());
        AtomicFiles.writeText(folder.resolve("tables.tex"), latex.toString());
        if (!report.setAside().isEmpty()) {
            Quarantined.write(folder.resolve("quarantine.jsonl"), report.setAside());
        }
    }
}
