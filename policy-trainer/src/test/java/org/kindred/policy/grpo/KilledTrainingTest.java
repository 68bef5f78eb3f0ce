package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.run.Watch;
import org.kindred.policy.tokenizer.Tokenizer;

/** Kills training processes (signal 9) at random moments and goes on from what they left. */
final class KilledTrainingTest {
    private static final int STEPS = 12;

    @Test
    void killedAndResumed_equalsARunThatWentThrough_bitwise(@TempDir Path folder)
            throws IOException, InterruptedException {
        killAndResume(folder, 1, 1);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void killedAtFiftyMoments_equalsARunThatWentThrough_fiftyTimes(
            int threads, @TempDir Path folder) throws IOException, InterruptedException {
        killAndResume(folder, threads, 50);
    }

    private static void killAndResume(Path folder, int threads, int kills)
            throws IOException, InterruptedException {
        Path through = folder.resolve("through");
        Process whole = start(through, threads);
        ready(whole);
        long begin = System.nanoTime();
        assertThat(whole.waitFor()).isZero();
        long duration = System.nanoTime() - begin;
        SplittableRandom random = new SplittableRandom(20261122);
        int killed = 0;
        for (int trial = 0; killed < kills; trial++) {
            assertThat(trial).as("processes that were too fast to be killed").isLessThan(4 * kills);
            Path resumed = folder.resolve("resumed-" + trial);
            Process process = start(resumed, threads);
            ready(process);
            boolean ended =
                    process.waitFor(random.nextLong(duration * 9 / 10), TimeUnit.NANOSECONDS);
            process.destroyForcibly().waitFor();
            if (!ended) {
                killed++;
                Training.run(resumed, threads);
                assertSame(through, resumed);
            }
        }
    }

    private static Process start(Path folder, int threads) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx512m",
                        "-Dai.djl.offline=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Training.class.getName(),
                        folder.toString(),
                        Integer.toString(threads))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Waits for the first byte of output. */
    private static void ready(Process process) throws IOException {
        int first;
        do {
            first = process.getInputStream().read();
        } while (first != -1 && first != Training.READY);
        assertThat(first).as("the training process has begun").isEqualTo(Training.READY);
    }

    private static void assertSame(Path through, Path resumed) throws IOException {
        Path last = Path.of("checkpoints", "step-000000" + STEPS);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(through.resolve(last))) {
            files = walk.filter(Files::isRegularFile).map(through::relativize).toList();
        }
        assertThat(files).hasSizeGreaterThan(8);
        for (Path file : files) {
            assertThat(resumed.resolve(file)).hasSameBinaryContentAs(through.resolve(file));
        }
        for (String log : List.of("metrics.jsonl", "validation.jsonl")) {
            assertThat(resumed.resolve(log)).hasSameBinaryContentAs(through.resolve(log));
        }
    }

    /** The process that is killed: trains to the end from what the folder holds. */
    static final class Training {
        static final char READY = '\u0007'; // no log line holds it

        private Training() {}

        public static void main(String[] arguments) {
            run(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
            System.exit(0);
        }

        static void run(Path folder, int threads) {
            EngineOptions engine = TinyPolicy.ENGINE.withThreads(threads);
            TrainingRun.Options options = new TrainingRun.Options(3, 2, true);
            try (TrainingRun run = TrainingRun.open(folder, options, TrainingListener.SILENT);
                    Tokenizer tokenizer = TinyPolicy.tokenizer(folder.resolve("tokenizer"))) {
                Optional<Checkpoint> last = run.newestCheckpoint();
                try (CausalLm reference = TinyPolicy.model(tokenizer, 1, engine);
                        CausalLm policy =
                                last.map(c -> c.loadPolicy(engine))
                                        .orElseGet(() -> TinyPolicy.model(tokenizer, 1, engine))) {
                    Trainer trainer =
                            new Trainer(
                                    TinyRun.inputs(policy, reference, tokenizer),
                                    TinyRun.options(EstimatorKind.P_GRPO_SHRUNK, STEPS, .02));
                    last.ifPresent(checkpoint -> trainer.restore(checkpoint, false));
                    System.out.print(READY);
                    System.out.flush();
                    run.train(trainer, watch());
                }
            }
        }

        private static Watch watch() {
            return new Watch(
                    Watch.Guards.NONE,
                    new Watch.Validation(
                            policy -> Map.of("entropy", entropy(policy)),
                            "entropy",
                            new Watch.Validation.Options(4, 0)),
                    0);
        }

        private static double entropy(CausalLm policy) {
            return policy.score(new TokenBatch(new int[][] {{70}}, new int[][] {{90, 91}}), 1)
                    .entropies()[0][1];
        }
    }
}
