package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.run.Watch;
import org.kindred.policy.tokenizer.Tokenizer;

/** Best checkpoint, early stop, guards, and what a failed step leaves. */
final class WatchTest {
    private static final TrainingRun.Options KEEP_ONE = new TrainingRun.Options(2, 1, false);

    @TempDir static Path shared;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void makeTokenizer() {
        tokenizer = TinyPolicy.tokenizer(shared.resolve("tokenizer"));
    }

    @AfterAll
    static void closeTokenizer() {
        tokenizer.close();
    }

    private static void train(Path folder, int steps, RewardFunction reward, Watch watch) {
        try (TrainingRun run = TrainingRun.open(folder, KEEP_ONE, TrainingListener.SILENT)) {
            Optional<Checkpoint> last = run.newestCheckpoint();
            try (CausalLm policy =
                    last.map(c -> c.loadPolicy(TinyPolicy.ENGINE))
                            .orElseGet(() -> TinyPolicy.model(tokenizer, 1))) {
                TrainerInputs inputs =
                        new TrainerInputs(
                                policy,
                                null,
                                tokenizer,
                                TinyRun.prompts(),
                                List.of(RewardSource.of("liked", reward)));
                Trainer trainer =
                        new Trainer(inputs, TinyRun.options(EstimatorKind.P_GRPO, steps, 0));
                last.ifPresent(checkpoint -> trainer.restore(checkpoint, false));
                run.train(trainer, watch);
            }
        }
    }

    /** A measure that gives these values one after the other. */
    private static Watch watch(int every, int patience, double... values) {
        AtomicInteger next = new AtomicInteger();
        return new Watch(
                Watch.Guards.NONE,
                new Watch.Validation(
                        policy -> Map.of("gold", values[next.getAndIncrement()]),
                        "gold",
                        new Watch.Validation.Options(every, patience)),
                0);
    }

    private static List<String> checkpoints(Path folder) throws IOException {
        try (Stream<Path> list = Files.list(folder.resolve("checkpoints"))) {
            return list.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void bestByTheMeasure_isKeptBesideTheNewest(@TempDir Path folder) throws IOException {
        Watch watch = watch(1, 0, .1, .5, .4, .3, .45);
        train(folder, 4, TinyRun::likedShare, watch);
        assertThat(checkpoints(folder)).containsExactly("step-00000001", "step-00000004");
        assertThat(Files.readAllLines(folder.resolve("validation.jsonl")))
                .hasSize(5)
                .first()
                .isEqualTo("{\"step\":0,\"gold\":0.1}");
        try (TrainingRun run = TrainingRun.open(folder, KEEP_ONE, TrainingListener.SILENT)) {
            assertThat(run.best(watch.validation()))
                    .contains(folder.resolve("checkpoints/step-00000001"));
            assertThat(run.startIsBest(watch.validation())).isFalse();
        }
    }

    @Test
    void noStepBetterThanTheStart_isTold(@TempDir Path folder) {
        Watch watch = watch(1, 0, .5, .5, .4);
        train(folder, 2, TinyRun::likedShare, watch);
        try (TrainingRun run = TrainingRun.open(folder, KEEP_ONE, TrainingListener.SILENT)) {
            assertThat(run.startIsBest(watch.validation())).isTrue();
            assertThat(run.best(watch.validation())).isEmpty();
        }
    }

    @Test
    void noBetterMeasurementForSoLong_stopsTheRun_alsoWhenResumed(@TempDir Path folder)
            throws IOException {
        train(folder, 9, TinyRun::likedShare, watch(1, 2, .1, .5, .4, .3));
        assertThat(checkpoints(folder)).containsExactly("step-00000001", "step-00000003");
        train(folder, 9, TinyRun::likedShare, watch(1, 2));
        assertThat(checkpoints(folder)).containsExactly("step-00000001", "step-00000003");
        assertThat(Files.readAllLines(folder.resolve("metrics.jsonl"))).hasSize(3);
    }

    @Test
    void limitPassed_savesAndStops_andAHigherLimitGoesOn(@TempDir Path folder) throws IOException {
        Watch strict = new Watch(new Watch.Guards(0, 0, 1e-9), null, 0);
        assertThatThrownBy(() -> train(folder, 2, TinyRun::likedShare, strict))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("diverged at step 1: grad_norm = ")
                .hasMessageContaining("above max_grad_norm = 1.0E-9");
        assertThat(checkpoints(folder)).containsExactly("step-00000001");
        train(folder, 2, TinyRun::likedShare, Watch.NOTHING);
        assertThat(Files.readAllLines(folder.resolve("metrics.jsonl"))).hasSize(2);
    }

    @Test
    void judgeThatFails_leavesTheStateOfTheLastStep_andResumeEqualsARunWithoutTheFailure(
            @TempDir Path folder) throws IOException {
        AtomicInteger asked = new AtomicInteger();
        RewardFunction outage =
                (prompt, texts) ->
                        asked.getAndIncrement() < 14 // the last prompts of step 4 get no answer
                                ? TinyRun.likedShare(prompt, texts)
                                : texts.stream()
                                        .<ScoreOutcome>map(t -> new ScoreOutcome.Failed("HTTP", 3))
                                        .toList();
        Path failed = folder.resolve("failed");
        assertThatThrownBy(() -> train(failed, 5, outage, Watch.NOTHING))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("judgements of this step failed")
                .hasMessageContaining("Saved: the state after step 3");
        assertThat(checkpoints(failed)).containsExactly("step-00000003");
        train(failed, 5, TinyRun::likedShare, Watch.NOTHING);
        Path through = folder.resolve("through");
        train(through, 5, TinyRun::likedShare, Watch.NOTHING);
        for (String file :
                List.of(
                        "metrics.jsonl",
                        "checkpoints/step-00000005/model.safetensors",
                        "checkpoints/step-00000005/trainer/history.json",
                        "checkpoints/step-00000005/trainer/optimizer.safetensors")) {
            assertThat(failed.resolve(file)).hasSameBinaryContentAs(through.resolve(file));
        }
    }

    @Test
    void samples_onePerGroup_onlyWhereWanted(@TempDir Path folder) throws IOException {
        Path with = folder.resolve("with");
        train(with, 2, TinyRun::likedShare, new Watch(Watch.Guards.NONE, null, 2));
        assertThat(Files.readAllLines(with.resolve("samples.jsonl")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("\"step\":2", "\"completion\""));
        Path without = folder.resolve("without");
        train(without, 1, TinyRun::likedShare, Watch.NOTHING);
        assertThat(without.resolve("samples.jsonl")).doesNotExist();
    }
}
