package org.kindred.eval.winrate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.eval.alignment.Samples;

/**
 * A file of completions as the command line names it: {@code [NAME=]PATH}, the path a run's folder
 * or a file.
 *
 * @param name given, or that of the run or file
 * @param named whether it was given
 * @param data the run's data; empty for a file that belongs to no run
 */
record AnswerSource(String name, boolean named, Path file, Optional<Path> data) {
    private static final Pattern NAMED = Pattern.compile("([\\w.-]+)=(.+)");

    static AnswerSource of(String text) {
        Matcher given = NAMED.matcher(text);
        boolean named = !Files.exists(Path.of(text)) && given.matches();
        Path path = Path.of(named ? given.group(2) : text);
        boolean folder = Files.isDirectory(path);
        Path file = folder ? path.resolve(Samples.FILE) : path;
        if (!Files.exists(file)) {
            throw new KindredException(
                    file
                            + " does not exist: expected the folder of a finished kindred run, or a"
                            + " file with lines {\"id\", \"user\", \"prompt\", \"completion\"}");
        }
        Path run = run(file);
        String own =
                String.valueOf(
                        (run == null ? path : run).toAbsolutePath().normalize().getFileName());
        return new AnswerSource(
                named ? given.group(1) : own.replaceFirst("\\.jsonl(\\.gz)?$", ""),
                named,
                file,
                Optional.ofNullable(run).map(r -> r.resolve("data")).filter(Files::isDirectory));
    }

    /** The run that a file of samples belongs to; null if it is another file. */
    private static @Nullable Path run(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder != null && file.toAbsolutePath().endsWith(Samples.FILE)
                ? folder.getParent()
                : null;
    }
}
