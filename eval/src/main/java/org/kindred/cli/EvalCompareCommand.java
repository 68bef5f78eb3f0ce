package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.eval.report.RunComparison;
import org.kindred.eval.report.Table;
import org.kindred.eval.results.Results;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description =
                "Runs or benchmarks side by side, their seeds as a random effect; results of older versions too.")
final class EvalCompareCommand implements Callable<Integer>, RunSettings.Holder {
    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;

    @Parameters(
            paramLabel = "RUN",
            arity = "2..*",
            description = "Folders of runs or benchmarks, or results.json files.")
    private List<Path> runs;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Path folder = settings.outOr("comparison");
        settings.refuseOccupied(folder);
        Map<String, Results> results = new LinkedHashMap<>();
        for (Path run : runs) {
            if (results.put(run.toString(), Results.read(file(run))) != null) {
                throw new KindredException(run + " is named twice; a comparison needs other runs");
            }
        }
        RunComparison comparison = RunComparison.of(results);
        Table table = comparison.table();
        Json.write(folder.resolve("comparison.json"), comparison);
        AtomicFiles.writeText(folder.resolve("comparison.csv"), table.csv());
        AtomicFiles.writeText(folder.resolve("comparison.md"), table.markdown());
        AtomicFiles.writeText(folder.resolve("comparison.tex"), table.latex());
        out.print(table.markdown());
        comparison.sentences().forEach(out::println);
        out.println("comparison.json, .csv, .md and .tex are in " + folder);
        out.flush();
        return 0;
    }

    private static Path file(Path run) {
        if (Files.isRegularFile(run)) {
            return run;
        }
        Path ofRun = run.resolve("eval/results.json");
        return Files.exists(ofRun) ? ofRun : run.resolve("results.json");
    }
}
