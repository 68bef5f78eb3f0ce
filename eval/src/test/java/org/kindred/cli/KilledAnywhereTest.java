package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Sha256;
import org.kindred.reward.client.JudgeServer;

/**
 * Commands that are killed at random moments, as by a power cut, and go on to equal bytes. How
 * often is the system property {@code kindred.kills}.
 */
@Tag("slow")
final class KilledAnywhereTest {
    private static final int KILLS = Integer.getInteger("kindred.kills", 50);

    /** Durations, the machine, and what a crash leaves for the next start to remove. */
    private static final List<String> MAY_DIFFER =
            List.of("timings.jsonl", "provenance.json", "run.lock", ".lock");

    @TempDir Path folder;

    @BeforeEach
    void configuration() throws Exception {
        try (InputStream tiny = RunCommandTest.class.getResourceAsStream("tiny.yaml")) {
            Files.write(folder.resolve("tiny.yaml"), tiny.readAllBytes());
        }
    }

    @Test
    void run_goesOnToEqualBytes() throws Exception {
        survives("run", "--config=tiny.yaml");
    }

    @Test
    void derive_servedJudge_goesOnToEqualBytes() throws Exception {
        PeopleFixture.people(folder.resolve("people"), 9, 12);
        try (JudgeServer server = JudgeServer.reading(LanguageJudgeRunTest::reply)) {
            survives("reward", "derive", "people", "--judge=openai:" + server.root() + "/v1#m");
        }
    }

    @Test
    void rewardTrain_goesOnToEqualBytes() throws Exception {
        Kindred.Outcome made =
                Kindred.run(
                        folder,
                        "data",
                        "simulate",
                        "--out=people",
                        "--set=simulation.people.users=24",
                        "--set=simulation.texts.domains=2",
                        "--set=simulation.texts.known_prompts=8",
                        "--set=simulation.pairs.fit=8");
        assertThat(made.status()).as(made.output()).isZero();
        survives(
                "reward",
                "train",
                "people",
                "--model=scratch",
                "--stages=psi,cre",
                "--set=chains.samples=1",
                "--set=chains.budget=60",
                "--set=psi.epochs=4",
                "--set=cre.steps=2",
                "--set=cre.batch.prompts_per_step=2",
                "--set=cre.batch.completions_per_prompt=2",
                "--set=checkpoints.checkpoint_every=2",
                "--set=decoder.hidden_size=32",
                "--set=decoder.layers=1",
                "--set=decoder.heads=2",
                "--set=decoder.key_value_heads=1",
                "--set=decoder.vocabulary_size=400",
                "--set=decoder.context_tokens=1024",
                "--set=judge.llm.prompt=compact",
                "--set=judge.llm.history=1",
                "--set=judge.llm.max_tokens=60",
                "--set=test_pairs=2",
                "--threads=1");
    }

    @Test
    void dataImport_goesOnToEqualBytes() throws Exception {
        PeopleFixture.people(folder.resolve("people"), 600, 60);
        String[] command = {"data", "import", "canonical", "people"};
        survives(command, (out, holdsRun) -> with(command, "--out=" + out, "--force"));
    }

    /** With what arguments a killed command goes on. */
    private interface Again {
        String[] command(String out, boolean holdsRun);
    }

    private void survives(String... command) throws Exception {
        survives(
                command,
                (out, holdsRun) ->
                        holdsRun
                                ? with(command, "--out=" + out, "--resume")
                                : with(command, "--out=" + out));
    }

    private void survives(String[] command, Again again) throws Exception {
        long began = System.nanoTime();
        Kindred.Outcome whole = Kindred.run(folder, with(command, "--out=whole"));
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        assertThat(whole.status()).as(whole.output()).isZero();
        Map<String, String> expected = sums("whole");
        Random random = new Random(1);
        for (int kill = 0; kill < KILLS; kill++) {
            String out = "killed-" + kill;
            long after = (long) (random.nextDouble() * took);
            Process process = Kindred.start(folder, with(command, "--out=" + out));
            process.waitFor(after, TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();
            boolean holdsRun = Files.exists(folder.resolve(out).resolve("config.yaml"));
            Kindred.Outcome resumed = Kindred.run(folder, again.command(out, holdsRun));
            assertThat(resumed.status())
                    .as("killed after %d ms: %s", after, resumed.output())
                    .isZero();
            assertThat(sums(out)).as("killed after %d ms", after).isEqualTo(expected);
            AtomicFiles.remove(folder.resolve(out));
        }
    }

    private static String[] with(String[] command, String... more) {
        return Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new);
    }

    private Map<String, String> sums(String out) throws Exception {
        Map<String, String> sums = new TreeMap<>();
        Path root = folder.resolve(out);
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(root)) {
            walk.filter(Files::isRegularFile).forEach(files::add);
        }
        for (Path file : files) {
            String name = root.relativize(file).toString();
            if (!MAY_DIFFER.contains(String.valueOf(file.getFileName()))
                    && !name.contains("events")
                    && !name.contains("sqlite")) {
                sums.put(name, Sha256.of(file));
            }
        }
        return sums;
    }
}
