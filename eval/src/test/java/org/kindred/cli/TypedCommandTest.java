package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

final class TypedCommandTest {
    private static CommandSpec parsed(String... arguments) {
        CommandLine line = Main.commandLine();
        line.parseArgs(arguments);
        CommandLine at = line;
        for (String word : List.of(arguments).subList(0, 2)) {
            at = at.getSubcommands().get(word);
        }
        return at.getCommandSpec();
    }

    @Test
    void words_asTyped_butForWhereResultsGo() {
        CommandSpec spec =
                parsed(
                        "eval",
                        "benchmark",
                        "my data",
                        "--preset",
                        "quick-benchmark",
                        "--judge=openai:http://host/v1#m",
                        "--limit",
                        "5",
                        "--set",
                        "shots=[3]",
                        "--out",
                        "somewhere",
                        "--force",
                        "--verbose");
        assertThat(TypedCommand.words(spec))
                .containsExactly(
                        "kindred",
                        "eval",
                        "benchmark",
                        "my data",
                        "--preset",
                        "quick-benchmark",
                        "--judge=openai:http://host/v1#m",
                        "--limit",
                        "5",
                        "--set",
                        "shots=[3]");
    }
}
