package org.kindred.eval.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.simulation.SimulatedPopulation;
import org.kindred.datasets.simulation.World;
import org.kindred.eval.config.OptionTree;
import org.kindred.eval.pipeline.SimulateOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description =
                "Write a simulated population: a canonical folder, and its latent truth in truth.json.")
final class SimulateCommand implements Callable<Integer>, RunSettings.Holder {
    @Spec private CommandSpec spec;
    @Mixin private RunSettings settings;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            converter = Preset.class,
            completionCandidates = Preset.class,
            description =
                    "The options to start from: ${COMPLETION-CANDIDATES} (default: everyday).")
    private World preset = World.EVERYDAY;

    /** Names as in {@code seven-personas}. */
    private static final class Preset implements ITypeConverter<World>, Iterable<String> {
        @Override
        public World convert(String value) {
            for (World world : World.values()) {
                if (name(world).equals(value)) {
                    return world;
                }
            }
            throw new TypeConversionException(
                    "unknown preset " + value + "; known: " + String.join(", ", this));
        }

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(World.values()).map(Preset::name).iterator();
        }

        private static String name(World world) {
            return world.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OptionTree<SimulateOptions> options = settings.resolve(SimulateOptions.of(preset));
        if (settings.printConfig()) {
            out.print(options.describe());
            out.flush();
            return 0;
        }
        Path folder = settings.outOr("simulate");
        settings.refuseOccupied(folder);
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
