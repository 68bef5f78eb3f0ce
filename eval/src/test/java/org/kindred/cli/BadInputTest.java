package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrong input to real processes: one clear message, exit status 1 or 2, no stack trace. */
@org.junit.jupiter.api.Timeout(value = 8, unit = java.util.concurrent.TimeUnit.MINUTES)
final class BadInputTest {
    @TempDir Path folder;

    @Test
    void missingData_saysWhich_status1() throws Exception {
        Kindred.Outcome outcome = Kindred.run(folder, "eval", "benchmark", "nowhere");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.output()).contains("nowhere").doesNotContain("\tat ");
    }

    @Test
    void wrongOption_status2() throws Exception {
        Kindred.Outcome outcome = Kindred.run(folder, "run", "--sede", "3");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output()).contains("--sede").doesNotContain("\tat ");
    }

    @Test
    void unknownYamlKey_namesKeyFileAndKnownKeys_status2() throws Exception {
        Path config =
                Files.writeString(folder.resolve("my.yaml"), "start:\n  sft:\n    epoks: 3\n");
        Kindred.Outcome outcome =
                Kindred.run(folder, "run", "--config", config.toString(), "--out", "r");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output())
                .contains("my.yaml")
                .contains("start.sft.epoks")
                .contains("held_out_share")
                .doesNotContain("\tat ");
        assertThat(folder.resolve("r")).doesNotExist();
    }

    @Test
    void brokenYaml_namesLine_status2() throws Exception {
        Path config = Files.writeString(folder.resolve("my.yaml"), "seed: 1\nstart: [1\n");
        Kindred.Outcome outcome = Kindred.run(folder, "run", "--config", config.toString());
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output()).contains("my.yaml").contains("line").doesNotContain("\tat ");
    }

    @Test
    void valueOutOfRange_saysWhatIsAllowed_status2() throws Exception {
        Kindred.Outcome outcome =
                Kindred.run(folder, "run", "--set", "evaluation.bootstrap_draws=5");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output())
                .contains("bootstrap_draws = 5")
                .contains("at least 100")
                .doesNotContain("\tat ");
    }

    @Test
    void folderThatCannotBeMade_status1() throws Exception {
        Files.writeString(folder.resolve("file"), "a plain file");
        Kindred.Outcome outcome =
                Kindred.run(folder, "data", "simulate", "--out", "file/population");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.output()).contains("file").doesNotContain("\tat ");
    }

    @Test
    void occupiedFolder_isNotTouched_status1() throws Exception {
        Path kept =
                Files.writeString(
                        Files.createDirectory(folder.resolve("mine")).resolve("notes.txt"),
                        "keep me");
        Kindred.Outcome outcome = Kindred.run(folder, "run", "--out", "mine");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.output()).contains("--resume").contains("--force");
        Kindred.Outcome forced = Kindred.run(folder, "run", "--out", "mine", "--force");
        assertThat(forced.status()).isEqualTo(1);
        assertThat(kept).hasContent("keep me");
    }

    @Test
    void tornAndWrongLines_areQuarantined_theRestCounts() throws Exception {
        assertThat(
                        Kindred.run(
                                        folder,
                                        "data",
                                        "simulate",
                                        "--out=population",
                                        "--set=simulation.people.users=24",
                                        "--set=simulation.texts.domains=2",
                                        "--set=simulation.texts.known_prompts=8",
                                        "--set=simulation.pairs.fit=8")
                                .status())
                .isZero();
        Path rows = folder.resolve("population/preferences.jsonl");
        long good = Files.lines(rows).count();
        Files.writeString(
                rows,
                "{\"id\": \"x\", \"user_id\": 7}\nnot json\n{\"id\": \"torn",
                StandardCharsets.UTF_8,
                StandardOpenOption.APPEND);
        Kindred.Outcome outcome =
                Kindred.run(
                        folder,
                        "eval",
                        "benchmark",
                        "population",
                        "--out",
                        "b",
                        "--set",
                        "bootstrap_draws=100",
                        "--set",
                        "shots=[0, 3]");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains(good + " preferences").contains("unseen_new");
        assertThat(Files.readAllLines(folder.resolve("b/quarantine.jsonl")))
                .hasSize(3)
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains("preferences.jsonl")
                                        .contains(Long.toString(good + 1))
                                        .contains("wrong_type:user_id"))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains(Long.toString(good + 2))
                                        .contains("bad_json"))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains(Long.toString(good + 3))
                                        .contains("torn_line"));
    }
}
