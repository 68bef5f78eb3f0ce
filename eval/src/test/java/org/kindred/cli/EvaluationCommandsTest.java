package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.eval.results.Results;
import org.kindred.eval.results.SomeResults;
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

    private Path written(String name, Results results) {
        Path run = folder.resolve(name);
        results.write(run);
        return run;
    }

    @Test
    void compare_seedsOfOneRecipe_pairsPoliciesOverSeeds() {
        List<String> policies = List.of("sft", "p_grpo");
        Outcome outcome =
                run(
                        "eval",
                        "compare",
                        written("seed-1", SomeResults.run(1, false, policies)).toString(),
                        written("seed-2", SomeResults.run(2, false, policies)).toString(),
                        written("seed-3", SomeResults.run(3, false, policies)).toString(),
                        "--out",
                        folder.resolve("comparison").toString());
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains(
                        "over runs",
                        "| comparisons | p_grpo, sft, all, formal | difference in evaluating judge's total |",
                        "p_grpo - sft: not distinguishable over seeds (difference in evaluating judge's total +0.",
                        "over 3 seeds");
        assertThat(folder.resolve("comparison/comparison.json")).exists();
        assertThat(folder.resolve("comparison/comparison.tex")).exists();
    }

    @Test
    void compare_resultsOfOtherKinds_keepsTheirRowsApart() {
        Outcome outcome =
                run(
                        "eval",
                        "compare",
                        written("one", SomeResults.scores()).toString(),
                        written("two", SomeResults.benchmark(1)).toString(),
                        "--out",
                        folder.resolve("comparison").toString());
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("| sections | Chat | accuracy |", "| reward-model |");
    }

    @Test
    void compare_oneRun_isWrongUsage_andAMissingOneSaysSo() {
        String there = written("one", SomeResults.scores()).toString();
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
    void report_ofAnyResults_isWrittenBesideThem() {
        Outcome outcome = run("eval", "report", written("one", SomeResults.scores()).toString());
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(folder.resolve("one/report.html")).exists();
    }

    @Test
    void presets_areListed_andShown_andApplied() {
        assertThat(run("presets").output()).contains("user-disjoint", "kindred eval benchmark");
        assertThat(run("presets", "--show").output()).contains("split: user_disjoint");
        Outcome config =
                run("eval", "benchmark", "any", "--preset", "user-disjoint", "--print-config");
        assertThat(config.output())
                .containsPattern(
                        "split: user_disjoint +# \\* \\(preset user-disjoint\\) what is kept")
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
