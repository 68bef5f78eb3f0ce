package org.kindred.cli;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.RunFolder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options that every command takes. */
final class RunSettings {

    /** A command with these options; lets the error handler find {@code --verbose}. */
    interface Holder {
        RunSettings settings();
    }

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML file with the options that differ from the defaults.")
    private @Nullable Path config;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "Packaged options, see kindred presets; --config and --set are stronger.")
    private @Nullable String preset;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of everything random; shorthand for --set seed=N.")
    private @Nullable Long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the results (default: runs/<command>-<date>-<time>).")
    private @Nullable Path out;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One option, for example --set grpo.steps=20; see --print-config.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--resume",
            description = "Continue an interrupted run in --out after its last finished stage.")
    private boolean resume;

    @Option(names = "--force", description = "Replace the run that --out holds.")
    private boolean force;

    @Option(
            names = "--print-config",
            description = "Print every option with its value, origin and meaning, and stop.")
    private boolean printConfig;

    @Option(names = "--verbose", description = "Show stack traces.")
    private boolean verbose;

    boolean verbose() {
        return verbose;
    }

    boolean printConfig() {
        return printConfig;
    }

    boolean resume() {
        return resume;
    }

    @Nullable Path out() {
        return out;
    }

    /** What a flag of a command is short for; a flag that was not given changes nothing. */
    void set(String key, @Nullable Object value) {
        if (value != null) {
            settings.put(key, value.toString());
        }
    }

    /**
     * @param positional a configuration file given without --config, or null
     */
    <T extends Record> OptionTree<T> resolve(T defaults, @Nullable Path positional) {
        if (positional != null && config != null) {
            throw new OptionsException(
                    "two configuration files: "
                            + positional
                            + " and --config "
                            + config
                            + "; give one");
        }
        Map<String, String> all = new LinkedHashMap<>(settings);
        if (seed != null) {
            all.put("seed", Long.toString(seed));
        }
        return OptionTree.resolve(
                defaults, packaged(), positional != null ? positional : config, all);
    }

    private OptionTree.@Nullable Packaged packaged() {
        String name = command.qualifiedName().replaceFirst("^kindred ", "");
        return preset == null ? null : Preset.of(preset, name).packaged();
    }

    <T extends Record> OptionTree<T> resolve(T defaults) {
        return resolve(defaults, (Path) null);
    }

    /**
     * @param shorthands settings of options of the command's own; {@code --set} does not override
     *     them
     */
    <T extends Record> OptionTree<T> resolve(T defaults, Map<String, String> shorthands) {
        settings.putAll(shorthands);
        return resolve(defaults, (Path) null);
    }

    /** The value that an option will have; see {@link OptionTree#peek}. */
    String peek(Record defaults, String key) {
        return OptionTree.peek(defaults, packaged(), config, settings, key);
    }

    Path outOr(String command) {
        if (out != null) {
            return out;
        }
        String stamp =
                LocalDateTime.now(ZoneId.systemDefault())
                        .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        return Path.of("runs", command + "-" + stamp);
    }

    /** For commands that write a folder once and cannot resume. */
    void refuseOccupied(Path folder) {
        if (resume) {
            throw new OptionsException("--resume: this command has nothing to resume");
        }
        if (!force && RunFolder.isOccupied(folder)) {
            throw new KindredException(
                    folder
                            + " is not empty. Replace its files with --force or name another folder with --out.");
        }
    }

    RunFolder.Existing existing() {
        if (resume && force) {
            throw new OptionsException("--resume and --force contradict each other; give one");
        }
        return resume
                ? RunFolder.Existing.RESUME
                : force ? RunFolder.Existing.REPLACE : RunFolder.Existing.REFUSE;
    }
}
