package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.kindred.datasets.Escape;
import org.kindred.datasets.source.DatasetImport;
import org.kindred.datasets.source.FileReport;
import org.kindred.datasets.source.Formats;
import org.kindred.datasets.source.ImportOptions;
import org.kindred.datasets.source.ImportReport;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description =
                "Make a canonical folder of a published data set. What cannot be used goes to quarantine.jsonl, with file, line and reason.")
final class ImportCommand implements Callable<Integer> {
    /** Names for the help and for completion. */
    static final class FormatNames implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Formats.names().iterator();
        }
    }

    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private OutputFolder output;

    @Parameters(
            index = "0",
            paramLabel = "FORMAT",
            completionCandidates = FormatNames.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private String format;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "PATH",
            description = "Files, or folders that are searched; kinds are told by content.")
    private List<Path> paths;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<ImportOptions> options = settings.resolve(ImportOptions.defaults());
        if (settings.printed(options, out)) {
            return 0;
        }
        if (!Formats.names().contains(format)) {
            throw new OptionsException(
                    "there is no format \"" + format + "\"; choose one of " + Formats.names());
        }
        Path folder = output.folder("import");
        DatasetImport.Outcome outcome;
        try (Console console = new Console(out)) {
            outcome =
                    DatasetImport.run(
                            format,
                            paths,
                            folder,
                            output.force(),
                            options.options(),
                            DatasetImport.Listener.of(console));
        }
        print(out, outcome.report());
        out.println(
                outcome.unchanged()
                        ? "nothing to do: " + folder + " holds this import already"
                        : "-> " + folder);
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, ImportReport report) {
        out.println();
        out.println(Escape.terminal(report.card().title()));
        report.card().licences().forEach(licence -> out.printf("licence    %s%n", licence));
        report.card().contentWarnings().forEach(warning -> out.printf("warning    %s%n", warning));
        out.printf(
                "%n%-44s %9s %9s %9s %9s%n", "file", "records", "accepted", "set aside", "blank");
        for (FileReport file : report.files()) {
            out.printf(
                    "%-44s %9d %9d %9d %9d%n",
                    file.name(),
                    file.records(),
                    file.accepted(),
                    file.setAside().values().stream().mapToLong(Long::longValue).sum(),
                    file.blankLines());
        }
        report.unread()
                .forEach(file -> out.printf("%-44s not read: %s%n", file.name(), file.reason()));
        out.printf(
                "%n%d users, %d of them with pairs; %d pairs, %d tasks%n",
                report.users(),
                report.usersWithPreferences(),
                report.preferences(),
                report.tasks());
        counts(out, "set aside", report.setAside());
        long duplicates = report.files().stream().mapToLong(FileReport::duplicates).sum();
        long conflicts = report.files().stream().mapToLong(FileReport::conflicts).sum();
        if (duplicates + report.userConflicts() > 0) {
            out.printf(
                    "duplicates %d, of which %d with other content than the first; users described in two ways %d%n",
                    duplicates, conflicts, report.userConflicts());
        }
        counts(out, "no row", report.dropped());
        counts(out, report.usersRemoved() > 0 ? "removed" : "users", report.usersByReason());
    }

    private static void counts(PrintWriter out, String name, Map<String, Long> counts) {
        counts.forEach((reason, n) -> out.printf("%-10s %-40s %9d%n", name, reason, n));
    }
}
