package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.SimulateOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description =
                "Write a simulated population: a canonical folder, and its latent truth in truth.json.")
final class SimulateCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private OutputFolder output;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<SimulateOptions> options = settings.resolve(SimulateOptions.defaults());
        if (settings.printed(options, out)) {
            return 0;
        }
        Path folder = output.folder("simulate");
        output.refuseForeign(folder, SimulatedPopulation.TRUTH_FILE);
        SimulatedPopulation population =
                SimulatedPopulation.generate(
                        options.options().simulation(),
                        SeedTree.root(options.options().seed()).child("population"));
        population.write(folder);
        out.printf(
                "%d users, %d pairs -> %s%n",
                population.dataset().users().size(),
                population.dataset().preferences().size(),
                folder);
        out.flush();
        return 0;
    }
}
