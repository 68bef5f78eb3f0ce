package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.Preference;
import org.kindred.eval.results.Results;
import picocli.CommandLine;

/** {@code eval scores} on the fixtures of the datasets module; values as their expectations say. */
final class ScoresCommandTest {
    private static final Path FIXTURES =
            Path.of("..", "datasets", "src", "test", "resources")
                    .resolve("org/kindred/datasets/fixtures");

    @TempDir Path folder;

    private record Outcome(int status, String output) {}

    private static Outcome run(String... arguments) {
        StringWriter text = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(text));
        line.setErr(new PrintWriter(text));
        return new Outcome(line.execute(arguments), text.toString());
    }

    private Path imported(String format, String from) {
        Path data = folder.resolve(from);
        Outcome outcome =
                run("data", "import", format, FIXTURES.resolve(from).toString(), "--out=" + data);
        assertThat(data.resolve("manifest.json")).as(outcome.output()).exists();
        return data;
    }

    private Outcome scores(String protocol, Path file, String... more) {
        return run(
                Stream.concat(
                                Stream.of(
                                        "eval",
                                        "scores",
                                        protocol,
                                        file.toString(),
                                        "--out=" + folder.resolve("out-" + protocol),
                                        "--set=bootstrap_draws=200"),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    private JsonNode numbers(String protocol) throws IOException {
        return Json.mapper()
                .readTree(folder.resolve("out-" + protocol).resolve("results.json").toFile())
                .at("/details/numbers");
    }

    @Test
    void personalizedRewardBench_countsEveryWay_andNamesBadLines() throws IOException {
        String data = "--data=" + imported("personalized-reward-bench", "personalized_rewardbench");
        Path file = folder.resolve("mine.jsonl");
        List<String> lines =
                Files.readAllLines(FIXTURES.resolve("personalized_rewardbench/scores.jsonl"));
        Files.writeString(
                file,
                String.join("\n", lines)
                        + "\n{\"id\":\"prw-04\",\"chosen_score\":\"high\",\"rejected_score\":1}\n");
        Outcome outcome = scores("personalized-reward-bench", file, data);
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains("| 18 | 0.500 [", "half tie", "17 ids", "1 are not of the data")
                .contains("mine.jsonl line " + (lines.size() + 1) + ": wrong_type:chosen_score");
        JsonNode numbers = numbers("personalized-reward-bench");
        assertThat(numbers.at("/tally/strict").asDouble()).isEqualTo(0.5);
        assertThat(numbers.path("win_rate_over_scored").asDouble()).isEqualTo(0.5625);
        Path judged = FIXTURES.resolve("personalized_rewardbench/judge_outputs.jsonl");
        Outcome judge = scores("personalized-reward-bench-judge", judged, data);
        assertThat(judge.status()).as(judge.output()).isZero();
        assertThat(judge.output()).contains("| 18 | 0.944 | ");
        assertThat(numbers("personalized-reward-bench-judge").path("parse_failures").asInt())
                .isEqualTo(3);
    }

    @Test
    void rewardBench_bothVersions_sectionsSubsetsAndCoverage() throws IOException {
        String one = "--data=" + imported("reward-bench", "rewardbench");
        Outcome first = scores("reward-bench", FIXTURES.resolve("rewardbench/scores.jsonl"), one);
        assertThat(first.status()).as(first.output()).isZero();
        assertThat(first.output()).contains("| Chat Hard | ", "decided only", "coverage");
        String two = "--data=" + imported("reward-bench", "rewardbench2");
        Outcome second =
                scores("reward-bench-2", FIXTURES.resolve("rewardbench2/scores.jsonl"), two);
        assertThat(second.status()).as(second.output()).isZero();
        assertThat(second.output()).contains("| overall | 0.519 |", "| Ties | 0.553 |");
        assertThat(numbers("reward-bench-2").path("overall").asDouble())
                .isCloseTo(0.5193195762924073, within(1e-12));
    }

    @Test
    void lampQa_scoreAndRankings() throws IOException {
        String data = "--data=" + imported("lamp-qa", "lamp_qa");
        Outcome answers =
                scores(
                        "lamp-qa",
                        FIXTURES.resolve("lamp_qa/judgments.jsonl"),
                        data,
                        "--responses=" + FIXTURES.resolve("lamp_qa/responses.json"));
        assertThat(answers.status()).as(answers.output()).isZero();
        assertThat(answers.output()).contains("| 12 | 0.517 [", "answered only");
        Outcome rankings = scores("lamp-qa-rankings", FIXTURES.resolve("lamp_qa/rankings.jsonl"));
        assertThat(rankings.status()).as(rankings.output()).isZero();
        assertThat(rankings.output()).contains("| Art_and_Entertainment | 5 | 4 | 0.509 [");
    }

    @Test
    void personalRewardBench_bothOrders_missingOnesScoreZero() throws IOException {
        Path data = imported("personal-reward-bench", "personalrewardbench");
        List<Preference> pairs =
                CanonicalReader.read(data).dataset().preferences().stream()
                        .filter(row -> "test".equals(row.split()))
                        .toList();
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i < pairs.size(); i++) { // the first pair is missing
            lines.append(line(pairs.get(i).id(), "chosen", 7, 5));
            if (i > 1) { // the second lacks an order
                lines.append(line(pairs.get(i).id(), "rejected", i == 2 ? 4 : 7, 5));
            }
        }
        Path file = Files.writeString(folder.resolve("orders.jsonl"), lines.toString());
        Outcome outcome = scores("personal-reward-bench", file, "--data=" + data);
        assertThat(outcome.status()).as(outcome.output()).isZero();
        int n = pairs.size();
        JsonNode numbers = numbers("personal-reward-bench");
        assertThat(numbers.at("/orders/accuracy/mean").asDouble())
                .isCloseTo((2.0 * n - 4) / (2.0 * n), within(1e-12)); // 2 + 1 missing, 1 wrong
        assertThat(numbers.at("/orders/chosen_first").asDouble())
                .isCloseTo((n - 1.0) / n, within(1e-12));
        assertThat(numbers.at("/tally/unscored").asInt()).isEqualTo(2);
        assertThat(numbers.at("/tally/right").asInt()).isEqualTo(n - 2); // 11 against 10 is right
        assertThat(outcome.output()).contains("macro", "position bias", "half tie");
    }

    private static String line(String id, String first, int chosen, int rejected) {
        return "{\"id\":%s,\"first\":\"%s\",\"chosen\":%d,\"rejected\":%d}\n"
                .formatted(Json.line(id), first, chosen, rejected);
    }

    @Test
    void wrongInput_saysWhatIsExpected() throws IOException {
        Path file = FIXTURES.resolve("lamp_qa/rankings.jsonl");
        assertRefused(2, "must be one of reward-bench, reward-bench-2", "arena", file);
        assertRefused(2, "--data is missing", "reward-bench", file);
        assertRefused(2, "--responses", "lamp-qa-rankings", file, "--responses=x");
        assertRefused(
                1,
                "Expected lines {\"id\", \"config\"",
                "lamp-qa-rankings",
                folder.resolve("none.jsonl"));
        Path empty = Files.writeString(folder.resolve("bad.jsonl"), "{\"id\":\"a\"}\nnonsense\n");
        assertRefused(1, "bad.jsonl line 1: missing_field:", "lamp-qa-rankings", empty);
        String data = "--data=" + imported("reward-bench", "rewardbench");
        Path other =
                Files.writeString(
                        folder.resolve("other.jsonl"),
                        "{\"id\":\"a\",\"chosen\":1,\"rejected\":0}");
        assertRefused(1, "none of its 1 ids", "reward-bench", other, data);
        Path named = Files.writeString(folder.resolve("named.jsonl"), "{\"id\":\"a\",\"win\":1}\n");
        assertRefused(
                1,
                "no line has what is counted; expected lines {\"id\", \"chosen\": number",
                "reward-bench",
                named,
                data);
    }

    private void assertRefused(
            int status, String message, String protocol, Path file, String... more) {
        Outcome outcome = scores(protocol, file, more);
        assertThat(outcome.output()).contains(message).doesNotContain("\tat ");
        assertThat(outcome.status()).isEqualTo(status);
    }

    @Test
    void recordedCommand_runAgain_writesTheSameBytes() throws IOException {
        String data = "--data=" + imported("reward-bench", "rewardbench");
        Path file = FIXTURES.resolve("rewardbench/scores.jsonl");
        assertThat(scores("reward-bench", file, data, "--seed", "7").status()).isZero();
        Path first = folder.resolve("out-reward-bench");
        List<String> words = new ArrayList<>(Results.read(first).command());
        assertThat(words.remove(0)).isEqualTo("kindred");
        assertThat(words).contains("--set=bootstrap_draws=200", "--seed", "7", data);
        words.add("--out=" + folder.resolve("again"));
        assertThat(run(words.toArray(String[]::new)).status()).isZero();
        for (String name : List.of("results.json", "report.html", "tables.md")) {
            assertThat(folder.resolve("again").resolve(name))
                    .hasSameBinaryContentAs(first.resolve(name));
        }
    }
}
