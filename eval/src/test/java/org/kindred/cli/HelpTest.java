package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.kindred.options.OptionTree;
import picocli.CommandLine;

/** A command shows only flags that do something there. */
final class HelpTest {
    private static final Set<String> OF_OPTIONS = Set.of("--config", "--set", "--print-config");
    private static final Set<String> RESUMABLE =
            Set.of("run", "reward derive", "reward train", "policy sft", "policy train");
    private static final Set<String> WRITE_NO_FOLDER =
            Set.of(
                    "data forget",
                    "reward prototypes",
                    "policy generate",
                    "eval report",
                    "doctor",
                    "presets",
                    "serve",
                    "generate-completion",
                    "help");

    private static Map<String, Set<String>> flags() {
        Map<String, Set<String>> flags = new TreeMap<>();
        collect("", Main.commandLine(), flags);
        return flags;
    }

    private static void collect(String name, CommandLine line, Map<String, Set<String>> into) {
        if (line.getSubcommands().isEmpty()) {
            Set<String> flags = new TreeSet<>();
            line.getCommandSpec().options().forEach(o -> flags.addAll(List.of(o.names())));
            flags.removeIf(flag -> !line.getUsageMessage().contains(flag));
            into.put(name, flags);
        }
        line.getSubcommands()
                .forEach((sub, inner) -> collect((name + " " + sub).strip(), inner, into));
    }

    /** Commands that take options, with the record. */
    private static Map<String, Record> optionsByCommand() {
        Map<String, Record> records = new TreeMap<>();
        OptionReferenceTest.commands()
                .forEach(
                        (names, options) -> {
                            String group = names.contains(" ") ? names.split(" ", -1)[0] + " " : "";
                            Arrays.stream(names.substring(group.length()).split(" \\| ", -1))
                                    .forEach(name -> records.put(group + name, options));
                        });
        OptionReferenceTest.OF_THE_RECIPE.forEach(
                name -> records.put(name, OptionReferenceTest.commands().get("run")));
        return records;
    }

    @Test
    void everyCommandWithOptions_isInTheReference() {
        assertThat(flags().keySet()).containsAll(optionsByCommand().keySet());
    }

    @Test
    void flagsOfOptions_appearWhereThereAreOptions() {
        Map<String, Record> options = optionsByCommand();
        flags().forEach(
                        (command, flags) -> {
                            Record record = options.get(command);
                            for (String flag : OF_OPTIONS) {
                                assertThat(flags.contains(flag))
                                        .as("%s %s", command, flag)
                                        .isEqualTo(record != null);
                            }
                            assertThat(flags.contains("--seed"))
                                    .as("%s --seed", command)
                                    .isEqualTo(
                                            record != null
                                                    && OptionTree.values(record)
                                                            .containsKey("seed"));
                            assertThat(flags.contains("--preset"))
                                    .as("%s --preset", command)
                                    .isEqualTo(!Preset.of(command).isEmpty());
                        });
    }

    @Test
    void flagsOfFolders_appearWhereAFolderIsWritten() {
        flags().forEach(
                        (command, flags) -> {
                            assertThat(flags.contains("--resume"))
                                    .as("%s --resume", command)
                                    .isEqualTo(RESUMABLE.contains(command));
                            assertThat(flags.contains("--out"))
                                    .as("%s --out", command)
                                    .isEqualTo(!WRITE_NO_FOLDER.contains(command));
                            assertThat(flags.contains("--force"))
                                    .as("%s --force", command)
                                    .isEqualTo(flags.contains("--out"));
                        });
    }

    @Test
    void verbose_isForEveryCommand() {
        flags().forEach(
                        (command, flags) -> {
                            if (!command.equals("help")) {
                                assertThat(flags).as(command).contains("--verbose");
                            }
                        });
    }
}
