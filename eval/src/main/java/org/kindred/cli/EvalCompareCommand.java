package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Escape;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.eval.report.RunComparison;
import org.kindred.eval.results.Results;
import org.kindred.eval.table.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description =
                "Results of any commands side by side: numbers of equal tables and rows, seeds as a random effect.")
final class EvalCompareCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OutputFolder output;

    @Parameters(
            paramLabel = "RUN",
            arity = "2..*",
            description = "Folders of finished commands, or results.json files.")
    private List<Path> runs;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Path folder = output.folder("comparison");
        output.refuseOccupied(folder);
        Map<String, Results> results = new LinkedHashMap<>();
        for (Path run : runs) {
            if (results.put(run.toString(), Results.read(run)) != null) {
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
        comparison.sentences().stream().map(Escape::terminal).forEach(out::println);
        out.println("comparison.json, .csv, .md and .tex are in " + folder);
        out.flush();
        return 0;
    }
}
