package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.forget.Artefacts;
import org.kindred.eval.results.Results;

/** The whole pipeline, small, as a user runs it. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class RunCommandTest {
    @TempDir Path folder;

    private Path config() throws Exception {
        Path file = folder.resolve("tiny.yaml");
        try (InputStream tiny = RunCommandTest.class.getResourceAsStream("tiny.yaml")) {
            Files.write(file, tiny.readAllBytes());
        }
        return file;
    }

    @Test
    void run_twiceWithOneSeed_givesEqualBytes_andAKilledRunGoesOn() throws Exception {
        String config = config().toString();
        Kindred.Outcome first = Kindred.run(folder, "run", "--config", config, "--out", "first");
        assertThat(first.status()).as(first.output()).isZero();
        assertThat(first.output())
                .contains("sft", "p_grpo - grpo", "report.html")
                .doesNotContain("\tat ", "WARN");

        killInStage("p_grpo", config);
        // as the message after Ctrl-C says: the run knows its options
        Kindred.Outcome resumed = Kindred.run(folder, "run", "--out", "second", "--resume");
        assertThat(resumed.status()).as(resumed.output()).isZero();
        assertThat(resumed.output()).contains("finished before");

        for (String file :
                List.of(
                        "data/preferences.jsonl",
                        "data/truth.json",
                        "reward/judge.json",
                        "reward/prototypes.json",
                        "reward/groups.json",
                        "reward/personas.jsonl",
                        "policy/sft/metrics.jsonl",
                        "policy/sft/model/model.safetensors",
                        "policy/grpo/metrics.jsonl",
                        "policy/p_grpo/metrics.jsonl",
                        "eval/results.json",
                        "eval/per-group.csv",
                        "eval/reward-reliability.csv",
                        "eval/samples.jsonl",
                        "eval/report.html")) {
            assertThat(folder.resolve("second").resolve(file))
                    .as(file)
                    .hasSameBinaryContentAs(folder.resolve("first").resolve(file));
        }
        assertOwnerOnly(folder.resolve("first"));
        assertOwnerOnly(folder.resolve("second"));
        for (String policy : List.of("grpo", "p_grpo")) {
            assertThat(weights("second", policy)).hasSameBinaryContentAs(weights("first", policy));
        }
        Results results = Results.read(folder.resolve("first/eval/results.json"));
        assertThat(results.policies()).containsExactly("sft", "grpo", "p_grpo");
        assertThat(results.prototypes().count()).isEqualTo(2);
        assertThat(results.rewardReliability())
                .extracting(row -> row.group())
                .hasSizeGreaterThan(2)
                .startsWith("all");
        assertThat(results.rewardReliability().get(0).choices()).isEqualTo(20);
        assertThat(first.output()).contains("reward     right on held-out choices: all 0.");
        assertThat(Files.readString(folder.resolve("first/eval/report.html")))
                .contains("chart-groups", "chart-curves", "chart-map")
                .doesNotContain("src=\"http", "href=\"http");

        damageIsRefused(folder.resolve("first"));

        Kindred.Outcome other =
                Kindred.run(
                        folder,
                        "run",
                        "--config",
                        config,
                        "--out",
                        "second",
                        "--resume",
                        "--seed",
                        "5");
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.output()).contains("seed: 1 -> 5");
        forgetSomebody("first");
    }

    /**
     * What no later stage reads, so that damage to it changes nothing; and the sums themselves,
     * whose files are then good.
     */
    private static final Pattern UNREAD =
            Pattern.compile(
                    ".*(checksums\\.sha256|timings\\.jsonl|provenance\\.json|options\\.json|run\\.lock|\\.lock|events\\..*"
                            + "|/checkpoints/.*|/untrained/.*)");

    /** One bit in a file of a finished run: the run does not go on with it. */
    private void damageIsRefused(Path run) throws Exception {
        Random random = new Random(1);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(run)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        List<String> seen = new ArrayList<>();
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            if (UNREAD.matcher(file.toString()).matches() || bytes.length == 0) {
                continue;
            }
            byte[] flipped = bytes.clone();
            flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, flipped);
            StringWriter said = new StringWriter();
            PrintWriter out = new PrintWriter(said);
            int status =
                    Main.commandLine()
                            .setOut(out)
                            .setErr(out)
                            .execute("run", "--resume", "--out", run.toString());
            assertThat(status).as(file + ": " + said).isNotZero();
            assertThat(said.toString()).containsPattern("damaged|made by another version");
            Files.write(file, bytes);
            seen.add(run.relativize(file).toString());
        }
        assertThat(seen)
                .contains(
                        "state.json",
                        "config.yaml",
                        "command.json",
                        "data/preferences.jsonl",
                        "reward/judge.json",
                        "policy/sft/model/model.safetensors",
                        "policy/grpo/metrics.jsonl",
                        "eval/samples.jsonl");
    }

    /** As eval/docs/security.md promises, whatever the user's mask says. */
    private static void assertOwnerOnly(Path run) throws Exception {
        try (Stream<Path> files = Files.walk(run)) {
            assertThat(files)
                    .allSatisfy(
                            file ->
                                    assertThat(
                                                    PosixFilePermissions.toString(
                                                            Files.getPosixFilePermissions(file)))
                                            .as("%s", file)
                                            .isEqualTo(
                                                    Files.isDirectory(file)
                                                            ? "rwx------"
                                                            : "rw-------"));
        }
    }

    /** A new artefact needs a line in the list of what forgetting does to it. */
    private void forgetSomebody(String run) throws Exception {
        Path root = folder.resolve(run);
        for (Path file : files(root)) {
            String name = root.relativize(file).toString();
            assertThat(Artefacts.of(name)).as("Artefacts lists %s", name).isPresent();
        }
        String user =
                CanonicalReader.read(root.resolve("data")).dataset().preferences().get(0).userId();

        Kindred.Outcome forgotten = Kindred.run(folder, "data", "forget", run, user);

        assertThat(forgotten.status()).as(forgotten.output()).isZero();
        assertThat(forgotten.output())
                .contains("data/preferences.jsonl", "data/truth.json", "reward/judge.json")
                .contains("policy/grpo")
                .doesNotContain("STILL");
        for (Path file : files(root)) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .as(file.toString())
                    .doesNotContain('"' + user + '"', user + "/");
        }
        Kindred.Outcome report = Kindred.run(folder, "eval", "report", run);
        assertThat(report.status()).as(report.output()).isZero();
    }

    private static List<Path> files(Path root) throws Exception {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** Starts a run and kills it, as a power cut would, once the stage is announced. */
    private void killInStage(String stage, String config) throws Exception {
        Process process = Kindred.start(folder, "run", "--config", config, "--out", "second");
        try (BufferedReader output = process.inputReader()) {
            String line = output.readLine();
            while (line != null && !line.matches("\\[.*\\] " + stage + " .*")) {
                line = output.readLine();
            }
            assertThat(line).isNotNull();
        }
        process.destroyForcibly().waitFor();
    }

    private Path weights(String run, String policy) throws Exception {
        try (Stream<Path> files =
                Files.walk(folder.resolve(run).resolve("policy").resolve(policy))) {
            return files.filter(f -> f.endsWith("model.safetensors"))
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }
}
