package org.kindred.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionsException;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Options that are packaged under a name.
 *
 * @param name for {@code --preset}
 * @param command that it is for, without {@code kindred}
 * @param description one line
 * @param yaml the keys that differ from the defaults
 */
public record Preset(String name, String command, String description, String yaml) {
    static final String FLAG = "--preset";
    private static final List<String> NAMES =
            List.of(
                    "tiny",
                    "checkpoint",
                    "shrunk",
                    "seven-personas",
                    "use-cases",
                    "movielens-next-film",
                    "goodreads-reviews",
                    "quick-benchmark",
                    "user-disjoint",
                    "small-judge");

    /** All of them, in the order of the list that people see. */
    public static List<Preset> all() {
        List<Preset> presets = new ArrayList<>();
        NAMES.forEach(name -> presets.add(load(name)));
        return presets;
    }

    /** Those of one command. */
    static List<Preset> of(String command) {
        return all().stream().filter(preset -> preset.command().equals(command)).toList();
    }

    /**
     * @throws OptionsException if there is none of that name for the command
     */
    public static Preset of(String name, String command) {
        List<Preset> known = of(command);
        return known.stream()
                .filter(preset -> preset.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new OptionsException(
                                        "--preset "
                                                + name
                                                + ": kindred "
                                                + command
                                                + " has none of that name; "
                                                + (known.isEmpty()
                                                        ? "it has none at all"
                                                        : "known: "
                                                                + String.join(
                                                                        ", ",
                                                                        known.stream()
                                                                                .map(Preset::name)
                                                                                .toList()))));
    }

    OptionLayer layer() {
        return OptionLayer.preset(name, yaml);
    }

    /** The words of a command without {@code kindred}, as presets name it. */
    static String command(CommandSpec command) {
        return command.qualifiedName().replaceFirst("^kindred ", "");
    }

    /** The first two lines of the file are comments: the command and the description. */
    private static Preset load(String name) {
        try (InputStream stream = Preset.class.getResourceAsStream("presets/" + name + ".yaml")) {
            if (stream == null) {
                throw new IllegalStateException("preset " + name + " is missing from the jar");
            }
            String yaml = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            List<String> lines = yaml.lines().limit(2).toList();
            return new Preset(
                    name,
                    lines.get(0).substring(2).strip(),
                    lines.get(1).substring(2).strip(),
                    yaml);
        } catch (IOException e) {
            throw new IllegalStateException("preset " + name + " cannot be read", e);
        }
    }
}
