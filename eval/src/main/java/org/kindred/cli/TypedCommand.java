package org.kindred.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The words of the command line as they were typed, for results to name. Left out is what says
 * where results go and not what they are, so that two runs into two folders write the same bytes:
 * {@code --out}, {@code --force}, {@code --resume}, {@code --verbose}.
 */
final class TypedCommand {
    private static final Set<String> ELSEWHERE = Set.of("--force", "--resume", "--verbose");

    private TypedCommand() {}

    static List<String> words(CommandSpec spec) {
        List<String> words = new ArrayList<>(List.of("kindred"));
        boolean skip = false;
        for (String word : spec.root().commandLine().getParseResult().originalArgs()) {
            if (skip) {
                skip = false;
            } else if (word.equals("--out")) {
                skip = true;
            } else if (!word.startsWith("--out=") && !ELSEWHERE.contains(word)) {
                words.add(word);
            }
        }
        return words;
    }
}
