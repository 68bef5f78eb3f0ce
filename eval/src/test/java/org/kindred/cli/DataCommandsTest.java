package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.reward.client.JudgeCache;
import picocli.CommandLine;

/** Import, inspect, split and forget, one after the other, on a small file. */
final class DataCommandsTest {
    @TempDir Path folder;
    private Path rows;

    private record Outcome(int status, String output) {}

    @BeforeEach
    void writeRows() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int user = 0; user < 4; user++) {
            for (int i = 0; i < 6; i++) {
                lines.append(
                        "{\"id\":\"%d-%d\",\"user_id\":\"user-%d\",\"prompt\":\"question %d %d\",\"chosen\":\"a long answer of user %d, %d\",\"rejected\":\"short %d\"}\n"
                                .formatted(user, i, user, user, i, user, i, i));
            }
        }
        rows = Files.writeString(folder.resolve("rows.jsonl"), lines + "{\"id\": 1\n");
    }

    @Test
    void importInspectSplitForget_leaveWhatTheyPromise() throws IOException {
        Outcome imported = run("data", "import", "trl", rows.toString(), "--out", at("data"));
        assertThat(imported.status()).as(imported.output()).isZero();
        assertThat(imported.output())
                .contains("4 users, 4 of them with pairs; 24 pairs", "bad_json", "licence");
        assertThat(folder.resolve("data/quarantine.jsonl"))
                .content()
                .contains("\"file\":\"rows.jsonl\",\"line\":25,\"reason\":\"bad_json\"");
        assertThat(run("data", "import", "trl", rows.toString(), "--out", at("data")).output())
                .contains("nothing to do");

        Outcome inspected = run("data", "inspect", at("data"), "--out", at("inspect"));
        assertThat(inspected.output()).contains("4 users, 24 pairs", "example");
        assertThat(folder.resolve("inspect/inspect.html")).content().contains("<svg");
        assertThat(run("data", "inspect", at("data"), "--json", "--out", at("i2")).output())
                .startsWith("{")
                .contains("\"pairs_per_user\"");

        Outcome split =
                run(
                        "data",
                        "split",
                        at("data"),
                        "--by",
                        "user_disjoint",
                        "--apply",
                        "--out",
                        at("split"));
        assertThat(split.status()).as(split.output()).isZero();
        assertThat(split.output()).contains("unseen/train/eval");
        assertThat(Files.readAllLines(folder.resolve("split/ids.jsonl"))).hasSize(24);
        assertThat(folder.resolve("split/all/preferences.jsonl")).content().contains("\"part\"");

        Outcome forgotten = run("data", "forget", folder.toString(), "user-2");
        assertThat(forgotten.output())
                .contains("data/preferences.jsonl", "6 lines", "split/ids.jsonl");
        assertThat(folder.resolve("split/all/preferences.jsonl"))
                .content()
                .doesNotContain("user-2");
    }

    @Test
    void export_writesPromptsForATrainer_withPersonasWhereAJudgeIsNamed() throws IOException {
        Outcome plain = run("data", "export", "trl:" + rows, "--for", "trl", "--out", at("plain"));
        assertThat(plain.status()).as(plain.output()).isZero();
        assertThat(plain.output())
                .contains("warning    holds texts and ids of people", "no personas, for trl");
        List<String> train = Files.readAllLines(folder.resolve("plain/train.jsonl"));
        List<String> eval = Files.readAllLines(folder.resolve("plain/eval.jsonl"));
        assertThat(train.get(0))
                .contains("\"prompt\":[{\"content\":\"question", "\"user\":\"user-")
                .contains("\"persona\":\"\"", "\"split\":\"train\"");
        assertThat(eval).isNotEmpty().allMatch(line -> line.contains("\"split\":\"eval\""));
        assertThat(folder.resolve("plain/eval.parquet")).isNotEmptyFile();

        Outcome judged =
                run(
                        "data",
                        "export",
                        "trl:" + rows,
                        "--for",
                        "verl",
                        "--judge",
                        "rubric",
                        "--out",
                        at("judged"));
        assertThat(judged.status()).as(judged.output()).isZero();
        assertThat(judged.output()).contains("with personas, for verl");
        List<String> personas = Files.readAllLines(folder.resolve("judged/train.jsonl"));
        assertThat(personas)
                .hasSameSizeAs(train)
                .allMatch(line -> line.contains("\"role\":\"system\""))
                .allMatch(line -> line.contains("\"prompt\":\"question"));
        assertThat(folder.resolve("judged/export.json"))
                .content()
                .contains("verl", "rubric", "licences");

        assertThat(run("data", "export", "trl:" + rows, "--for", "trl", "--out", at("plain")))
                .satisfies(again -> assertThat(again.status()).isEqualTo(1))
                .satisfies(again -> assertThat(again.output()).contains("--force"));
        Outcome forgotten = run("data", "forget", at("judged"), "user-2");
        assertThat(forgotten.status()).as(forgotten.output()).isZero();
        assertThat(forgotten.output()).contains("train.jsonl", "train.parquet", "rows");
    }

    @Test
    void export_whatIsNotRead_orUnknown_isRefused() {
        Outcome unread =
                run(
                        "data",
                        "export",
                        "trl:" + rows,
                        "--for",
                        "trl",
                        "--set",
                        "criteria=true",
                        "--out",
                        at("x"));
        assertThat(unread.status()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(unread.output()).contains("criteria", "--judge");
        Outcome unknown = run("data", "export", "trl:" + rows, "--for", "axolotl");
        assertThat(unknown.status()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(unknown.output()).contains("axolotl", "[trl, verl, openrlhf");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void publishedFiles_areTakenWithoutAnImportFirst() {
        String data = "trl:" + rows;

        Outcome inspected = run("data", "inspect", data, "--out", at("inspect"));
        assertThat(inspected.output()).contains("4 users, 24 pairs", "bad_json");
        assertThat(folder.resolve("inspect/data/quarantine.jsonl")).content().contains("bad_json");

        Outcome split =
                run("data", "split", "mine=" + data, "--by", "user_disjoint", "--out", at("split"));
        assertThat(split.status()).as(split.output()).isZero();
        assertThat(split.output()).contains("train [mine]", "mine: 1 record set aside");
        assertThat(folder.resolve("split/data/mine/preferences.jsonl")).isNotEmptyFile();

        Outcome benchmark =
                run(
                        "eval",
                        "benchmark",
                        data,
                        "--set",
                        "shots=[0]",
                        "--set",
                        "bootstrap_draws=100",
                        "--out",
                        at("benchmark"));
        assertThat(benchmark.status()).as(benchmark.output()).isZero();
        assertThat(benchmark.output())
                .contains("24 preferences of 4 users; 1 record set aside: 1 bad_json")
                .contains("places were given by the seed: 1 of 4 users unseen")
                .contains("quarantine.jsonl");

        Outcome scored = run("reward", "score", data, "--out", at("score"));
        assertThat(scored.output())
                .contains(
                        "1 record set aside", "places were given by the seed", " pairs: accuracy");
        Outcome unknown = run("data", "inspect", "tlr:" + rows, "--out", at("unknown"));
        assertThat(unknown.status()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(unknown.output()).contains("tlr", "one of [prism,");
    }

    @Test
    void benchmark_drawnNeighbours_standBesideTheExpectedOnes() {
        Outcome benchmark =
                run(
                        "eval",
                        "benchmark",
                        "trl:" + rows,
                        "--set=shots=[3]",
                        "--set=bootstrap_draws=100",
                        "--set=judge.prototypes.k=1",
                        "--set=judge.scaling.individual=0",
                        "--set=judge.scaling.prototype=2",
                        "--set=judge.scaling.neighbour_samples=drawn",
                        "--out",
                        at("drawn"));
        assertThat(benchmark.status()).as(benchmark.output()).isZero();
        assertThat(benchmark.output()).contains("rubric PRO_2_DRAWN ", "rubric PRO_2 ");
    }

    @Test
    void suite_needsTest_andOneManifestNamesBoth() throws IOException {
        run("data", "import", "trl", rows.toString(), "--out", at("a"));
        Path other =
                Files.writeString(
                        folder.resolve("other.jsonl"),
                        Files.readString(rows)
                                .replace("question", "riddle")
                                .replace("answer", "reply")
                                .replace("short", "brief"));
        run("data", "import", "trl", other.toString(), "--out", at("b"));
        assertThat(run("data", "split", at("a"), "--by", "suite", "--out", at("s")).status())
                .isEqualTo(CommandLine.ExitCode.USAGE);
        Outcome suite =
                run(
                        "data",
                        "split",
                        at("a"),
                        "--by",
                        "suite",
                        "--test",
                        "held=" + at("b"),
                        "--out",
                        at("s"));
        assertThat(suite.output()).contains("train [a], test [held]");
        assertThat(folder.resolve("s/split.json")).content().contains("\"held\"", "\"suite\"");
    }

    @Test
    void forget_takesAPersonOutOfTheJudgeCache_andKeepsTheAnswersOfOthers() throws IOException {
        run("data", "import", "trl", rows.toString(), "--out", at("run"));
        Path file = folder.resolve("run/reward/judge-cache.sqlite");
        try (JudgeCache cache = JudgeCache.open(file)) {
            cache.put(
                    List.of(
                            cached("k1", "user-2", "user-2", "a canary that sings"),
                            cached("k2", "user-2", "user-3", "past of user 2, canary"),
                            cached("k3", "user-1", "user-2", "asked for user 2, canary"),
                            cached("k4", "user-1", "user-1", "a lark"),
                            cached("k5", "user-22", "user-3", "a wren")));
        }

        Outcome outcome = run("data", "forget", at("run"), "user-2");

        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .containsPattern("reward/judge-cache.sqlite +3 answers")
                .doesNotContain("STILL");
        try (JudgeCache cache = JudgeCache.open(file)) {
            assertThat(cache.size()).isEqualTo(2);
            assertThat(cache.get("k4")).isPresent();
            assertThat(cache.get("k5")).isPresent();
        }
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertThat(left).containsExactly(file); // no journal is left
        }
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                .contains("a lark", "a wren")
                .doesNotContain("canary");
        // the rows are gone too, so a second time there is nothing left to forget
        assertThat(run("data", "forget", at("run"), "user-2").output()).contains("check the id");
    }

    private static JudgeCache.Row cached(String key, String user, String subject, String reply) {
        return new JudgeCache.Row(key, user, subject, "openai:test#m", reply, 10, 5);
    }

    @Test
    void simulate_ofAPreset_writesItsGroupsAndOptionsMayDiffer() {
        Outcome outcome =
                run(
                        "data",
                        "simulate",
                        "--preset",
                        "seven-personas",
                        "--set",
                        "simulation.people.users=30",
                        "--set",
                        "simulation.people.drift=0.5",
                        "--set",
                        "simulation.people.overlap=0.3",
                        "--out",
                        at("w"));
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(folder.resolve("w/truth.json"))
                .content()
                .contains("\"warm_jazz\"", "\"drift\"", "\"second\"", "\"jazz\"");
        assertThat(folder.resolve("w/manifest.json")).content().contains("seven_personas");
        assertThat(run("data", "simulate", "--preset", "use-cases", "--print-config").output())
                .contains("[0.4, 0.25, 0.2, 0.15]", "use_cases");
        Outcome unknown = run("data", "simulate", "--preset", "seven", "--out", at("x"));
        assertThat(unknown.status()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(unknown.output()).contains("known: seven-personas, use-cases");
    }

    @Test
    void unknownFormat_namesTheKnownOnes_status2() {
        Outcome outcome = run("data", "import", "prismm", rows.toString());
        assertThat(outcome.status()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(outcome.output()).contains("prismm", "prism", "goodreads");
    }

    @Test
    void missingPath_status1_messageWithoutTrace() {
        Outcome outcome = run("data", "import", "prism", at("nowhere"), "--out", at("x"));
        assertThat(outcome.status()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(outcome.output()).contains("nowhere").doesNotContain("\tat ");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void help_listsTheFormats() {
        assertThat(run("data", "import", "--help").output())
                .contains("personal-reward-bench", "community-alignment", "goodreads");
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private static Outcome run(String... arguments) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        int status = Main.commandLine().setOut(out).setErr(out).execute(arguments);
        out.flush();
        return new Outcome(status, text.toString());
    }
}
