package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.eval.benchmark.CompareOptions;
import org.kindred.eval.benchmark.Comparison;
import org.kindred.options.OptionTree;
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
final class CompareCommand implements Callable<Integer>, RunSettings.Holder {
    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;

    @Parameters(
            paramLabel = "DATA",
            arity = "0..1",
            description = "Canonical folder (default: a simulated population for each seed).")
    private @Nullable Path data;

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<CompareOptions> options = settings.resolve(CompareOptions.defaults());
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        Path folder = settings.outOr("compare");
        settings.refuseOccupied(folder);
        Comparison comparison;
        try (Console console = new Console(out)) {
            comparison = Comparison.of(data, options.options(), console);
        }
        comparison.write(folder);
        out.println();
        out.print(comparison.table());
        out.println("Strict accuracy in %, mean and standard deviation over seeds; in " + folder);
        out.flush();
        return 0;
    }
}
