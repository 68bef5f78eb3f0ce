package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.eval.results.Results;
import picocli.CommandLine;

/** Commands that read results, and the front door; in this process, since they need no engine. */
final class EvaluationCommandsTest {
    @TempDir Path folder;

    private record Outcome(int status, String output) {}

    private static Outcome run(String... arguments) {
        StringWriter text = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(text));
        line.setErr(new PrintWriter(text));
        return new Outcome(line.execute(arguments), text.toString());
    }

    private Path golden(String name) throws Exception {
        Path file = folder.resolve(name);
        try (InputStream stream = Results.class.getResourceAsStream(name)) {
            Files.write(file, stream.readAllBytes());
        }
        return file;
    }

    @Test
    void compare_runsOfBothVersions_sideBySide() throws Exception {
        Outcome outcome =
                run(
                        "eval",
                        "compare",
                        golden("results-1.json").toString(),
                        golden("results-2.json").toString(),
                        "--out",
                        folder.resolve("comparison").toString());
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains("over runs", "rubric judge, history, K = 3", "over seeds");
        assertThat(folder.resolve("comparison/comparison.json")).exists();
        assertThat(folder.resolve("comparison/comparison.tex")).exists();
    }

    @Test
    void compare_oneRun_isWrongUsage_andAMissingOneSaysSo() throws Exception {
        String there = golden("results-2.json").toString();
        assertThat(run("eval", "compare", there).status()).isEqualTo(2);
        Outcome missing =
                run(
                        "eval",
                        "compare",
                        there,
                        folder.resolve("none").toString(),
                        "--out",
                        folder + "/c");
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.output()).contains("does not exist");
    }

    @Test
    void presets_areListed_andShown_andApplied() {
        assertThat(run("presets").output()).contains("user-disjoint", "kindred eval benchmark");
        assertThat(run("presets", "--show").output()).contains("split: user_disjoint");
        Outcome config =
                run("eval", "benchmark", "any", "--preset", "user-disjoint", "--print-config");
        assertThat(config.output())
                .containsPattern(
                        "split += \"USER_DISJOINT\" +\\(preset user-disjoint\\)|split += \"user_disjoint\" +\\(preset user-disjoint\\)")
                .contains("resamples of users for the intervals");
        assertThat(run("run", "--preset", "user-disjoint", "--print-config").status()).isEqualTo(2);
    }

    @Test
    void completion_isAScriptForBashAndZsh() {
        Outcome script = run("generate-completion");
        assertThat(script.status()).isZero();
        assertThat(script.output()).contains("_complete_kindred", "benchmark");
    }
}
