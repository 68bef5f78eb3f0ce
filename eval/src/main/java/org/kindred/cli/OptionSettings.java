package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.reward.judges.RewardOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Where the options of a command come from, weakest first: defaults, what the command finds out by
 * itself, {@code --preset}, {@code --config}, {@code --set} and the flags that are short for it.
 */
class OptionSettings {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML file with the options that differ from the defaults.")
    private @Nullable Path config;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = Preset.FLAG,
            paramLabel = "NAME",
            description = "Packaged options, see kindred presets; --config and --set are stronger.")
    private @Nullable String preset;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "One option by its key, as --print-config names it, or by an ending that is its"
                            + " own; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--print-config",
            description =
                    "Print every option with its value, origin and meaning, as a file for --config,"
                            + " and stop.")
    private boolean printConfig;

    /** Options of a command that draws at random. */
    static final class Seeded extends OptionSettings {
        @Option(
                names = "--seed",
                paramLabel = "N",
                description = "Seed of everything random; shorthand for --set seed=N.")
        private @Nullable Long seed;

        @Override
        Map<String, String> commandLine() {
            set("seed", seed);
            return super.commandLine();
        }
    }

    Map<String, String> commandLine() {
        return settings;
    }

    /** What a flag of a command is short for; a flag that was not given changes nothing. */
    void set(String key, @Nullable Object value) {
        if (value != null) {
            settings.put(key, value.toString());
        }
    }

    /** A configuration file that was given without {@code --config}. */
    void config(Path positional) {
        if (config != null) {
            throw new OptionsException(
                    "two configuration files: "
                            + positional
                            + " and --config "
                            + config
                            + "; give one");
        }
        config = positional;
    }

    /**
     * @param found options that the command finds out by itself, for example from its data
     */
    <T extends Record> OptionTree<T> resolve(T defaults, OptionLayer... found) {
        List<OptionLayer> layers = layers(found);
        String judge = OptionTree.peek(defaults, layers, "judge.spec");
        Map<String, Record> saved = judge.isEmpty() ? Map.of() : RewardOptions.saved(judge);
        if (!saved.isEmpty()) {
            layers.add(0, OptionLayer.of(judge, Map.of("judge", saved)));
        }
        return OptionTree.resolve(defaults, layers);
    }

    /** The value that an option will have; see {@link OptionTree#peek}. */
    String peek(Record defaults, String key, OptionLayer... found) {
        return OptionTree.peek(defaults, layers(found), key);
    }

    private List<OptionLayer> layers(OptionLayer... found) {
        List<OptionLayer> layers = new ArrayList<>(List.of(found));
        if (preset != null) {
            layers.add(Preset.of(preset, Preset.command(command)).layer());
        }
        if (config != null) {
            layers.add(OptionLayer.file(config));
        }
        layers.add(OptionLayer.commandLine(commandLine()));
        return layers;
    }

    /** Prints the options if that is all that was asked for. */
    boolean printed(OptionTree<?> options, PrintWriter out) {
        if (printConfig) {
            out.print(options.describe());
            out.flush();
        }
        return printConfig;
    }
}
