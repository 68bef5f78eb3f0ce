package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalWriter;
import org.kindred.datasets.Manifest;
import org.kindred.datasets.split.DatasetSplit;
import org.kindred.datasets.split.SourceData;
import org.kindred.datasets.split.SplitKind;
import org.kindred.datasets.split.SplitOptions;
import org.kindred.datasets.split.SplitPlan;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
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
final class SplitCommand implements Callable<Integer>, RunSettings.Holder {
    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;

    @Option(
            names = "--by",
            required = true,
            paramLabel = "KIND",
            description = "One of ${COMPLETION-CANDIDATES}.")
    private SplitKind kind;

    @Parameters(
            arity = "1..*",
            paramLabel = "DATA",
            description =
                    "Canonical folders: one; two or more for LEAVE_ONE_DATASET_OUT; those to train on for SUITE. NAME=FOLDER gives one another name.")
    private List<String> data;

    @Option(
            names = "--test",
            arity = "1..*",
            paramLabel = "DATA",
            description = "Canonical folders to test on, for SUITE.")
    private List<String> test = new ArrayList<>();

    @Option(
            names = "--apply",
            description =
                    "Also write the rows with their places, as one canonical folder a fold, for the other commands.")
    private boolean apply;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<SplitOptions> options = settings.resolve(SplitOptions.defaults());
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        if ((kind == SplitKind.SUITE) == test.isEmpty()) {
            throw new OptionsException("--test goes with --by SUITE, and that needs it");
        }
        Path folder = settings.outOr("split");
        settings.refuseOccupied(folder);
        List<SourceData> train = read(data);
        List<SourceData> tested = read(test);
        SplitPlan plan = plan(train, tested, options.options());
        List<SourceData> all = new ArrayList<>(train);
        all.addAll(tested);
        AtomicFiles.writeFolder(
                folder,
                inside -> {
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
                });
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
            throw new OptionsException("--by " + kind + " splits one data set; name one folder");
        }
        return SplitPlan.of(kind, train.get(0), options);
    }

    private static List<SourceData> read(List<String> named) {
        List<SourceData> data = new ArrayList<>();
        for (String one : named) {
            int equals = one.indexOf('=');
            Path folder = Path.of(one.substring(equals + 1));
            String name =
                    equals > 0 ? one.substring(0, equals) : String.valueOf(folder.getFileName());
            data.add(SourceData.read(name, folder));
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
