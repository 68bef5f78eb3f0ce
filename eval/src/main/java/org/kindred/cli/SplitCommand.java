package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalWriter;
import org.kindred.datasets.Manifest;
import org.kindred.datasets.Progress;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.source.DataSource;
import org.kindred.datasets.split.DatasetSplit;
import org.kindred.datasets.split.SourceData;
import org.kindred.datasets.split.SplitKind;
import org.kindred.datasets.split.SplitOptions;
import org.kindred.datasets.split.SplitPlan;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.options.Spelling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "split",
        mixinStandardHelpOptions = true,
        description =
                "Place every row of canonical folders in a split, as ids, with a report of what leaks.")
final class SplitCommand implements Callable<Integer> {
    /** Names for the help and for completion. */
    static final class Kinds implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Arrays.stream(SplitKind.values()).map(Spelling::of).iterator();
        }
    }

    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private OutputFolder output;

    @Option(
            names = "--by",
            required = true,
            paramLabel = "KIND",
            completionCandidates = Kinds.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private SplitKind kind;

    @Parameters(
            arity = "1..*",
            paramLabel = "DATA",
            description =
                    DataArgument.WHAT
                            + " One; two or more for leave_one_dataset_out; those to train on for suite. NAME=DATA gives one another name.")
    private List<String> data;

    @Option(
            names = "--test",
            arity = "1..*",
            paramLabel = "DATA",
            description = "What to test on, for suite; written as DATA.")
    private List<String> test = new ArrayList<>();

    @Option(
            names = "--apply",
            description =
                    "Also write the rows with their places, as one canonical folder a fold, for the other commands.")
    private boolean apply;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<SplitOptions> options = settings.resolve(SplitOptions.defaults());
        if (settings.printed(options, out)) {
            return 0;
        }
        if ((kind == SplitKind.SUITE) == test.isEmpty()) {
            throw new OptionsException("--test goes with --by suite, and that needs it");
        }
        Path folder = output.folder("split");
        output.refuseForeign(folder, DatasetSplit.FILE);
        SplitPlan[] made = new SplitPlan[1];
        AtomicFiles.replaceFolder(
                folder,
                inside -> {
                    List<SourceData> train = read(data, inside);
                    List<SourceData> tested = read(test, inside);
                    SplitPlan plan = plan(train, tested, options.options());
                    List<SourceData> all = new ArrayList<>(train);
                    all.addAll(tested);
                    plan.split().writeInto(inside, plan.places());
                    if (apply) {
                        for (DatasetSplit.Fold fold : plan.split().folds()) {
                            CanonicalWriter.write(
                                    inside.resolve(fold.name()),
                                    plan.split().apply(fold, plan.places(), all),
                                    List.of(),
                                    manifest(fold.name(), all));
                        }
                    }
                    made[0] = plan;
                    all.forEach(one -> tellBadLines(one, out));
                });
        SplitPlan plan = made[0];
        print(out, plan);
        out.println("-> " + folder);
        out.flush();
        return 0;
    }

    private SplitPlan plan(List<SourceData> train, List<SourceData> tested, SplitOptions options) {
        if (kind == SplitKind.SUITE) {
            return SplitPlan.suite(train, tested, options);
        }
        if (kind == SplitKind.LEAVE_ONE_DATASET_OUT) {
            return SplitPlan.leaveOneOut(train, options);
        }
        if (train.size() > 1) {
            throw new OptionsException(
                    "--by " + Spelling.of(kind) + " splits one data set; name one folder");
        }
        return SplitPlan.of(kind, train.get(0), options);
    }

    /** Published data are imported into {@code data/NAME}, a part of what the split is about. */
    private static List<SourceData> read(List<String> named, Path folder) {
        List<SourceData> data = new ArrayList<>();
        for (String one : named) {
            int equals = one.indexOf('=');
            DataSource source = DataSource.parse(one.substring(equals + 1));
            String name = equals > 0 ? one.substring(0, equals) : source.name();
            Path work = folder.resolve("data").resolve(name);
            data.add(SourceData.read(name, source, work, Progress.NONE));
        }
        return data;
    }

    /** Terms of the texts go where the texts go. */
    private static Manifest manifest(String name, List<SourceData> data) {
        List<String> licences = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (SourceData one : data) {
            @Nullable Manifest of = one.loaded().manifest();
            if (of != null) {
                of.licences().forEach(licence -> licences.add(one.name() + ": " + licence));
                of.contentWarnings().forEach(warning -> warnings.add(one.name() + ": " + warning));
            }
        }
        return Manifest.named(name).withSource("kindred data split", licences, warnings);
    }

    private static void tellBadLines(SourceData data, PrintWriter out) {
        if (!data.loaded().quarantined().isEmpty()) {
            out.println(data.name() + ": " + Quarantined.summary(data.loaded().quarantined()));
        }
    }

    private static void print(PrintWriter out, SplitPlan plan) {
        long dropped = plan.places().stream().filter(place -> place.dropped() != null).count();
        for (DatasetSplit.Fold fold : plan.split().folds()) {
            out.printf("%s: train %s, test %s%n", fold.name(), fold.train(), fold.test());
            fold.cells().forEach((cell, rows) -> out.printf("  %-28s %9d%n", cell, rows));
            fold.leaks()
                    .forEach(
                            leak ->
                                    out.printf(
                                            "  leak %s: %d rows, for example %s%n",
                                            leak.kind(), leak.rows(), leak.exampleId()));
            if (fold.leaks().isEmpty()) {
                out.println("  no leak");
            }
        }
        if (dropped > 0) {
            out.printf("%d rows stand nowhere; ids.jsonl says why%n", dropped);
        }
    }
}
