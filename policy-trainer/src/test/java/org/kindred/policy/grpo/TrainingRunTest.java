package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.advantage.AdvantageOptions;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.advantage.GroupWeight;
import org.kindred.policy.advantage.Whitening;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.LoraOptions;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.tokenizer.Tokenizer;

final class TrainingRunTest {
    @TempDir static Path shared;
    private static Tokenizer tokenizer;
    private static CausalLm reference;

    @BeforeAll
    static void makeModels() {
        tokenizer = TinyPolicy.tokenizer(shared.resolve("tokenizer"));
        reference = TinyPolicy.model(tokenizer, 1);
    }

    @AfterAll
    static void closeModels() {
        reference.close();
        tokenizer.close();
    }

    /** Keeps warnings, and asks to stop after a step. */
    private static final class Recorder implements TrainingListener {
        private final List<String> warnings = new ArrayList<>();
        private final long stopAfter;
        private TrainingRun run;

        Recorder(long stopAfter) {
            this.stopAfter = stopAfter;
        }

        @Override
        public void onStep(StepMetrics metrics, StepMetrics timings) {
            if (metrics.step() == stopAfter) {
                run.requestStop();
            }
        }

        @Override
        public void onWarning(String message) {
            warnings.add(message);
        }
    }

    /** Runs until done or until the given step, going on from what the folder holds. */
    private static Recorder run(Path folder, TrainerOptions options, long stopAfter) {
        Recorder recorder = new Recorder(stopAfter);
        TrainingRun.Options runOptions = new TrainingRun.Options(2, 2, true);
        try (TrainingRun run = TrainingRun.open(folder, runOptions, recorder)) {
            recorder.run = run;
            Optional<Checkpoint> last = run.newestCheckpoint();
            try (CausalLm policy =
                    last.map(c -> c.loadPolicy(TinyPolicy.ENGINE))
                            .orElseGet(() -> TinyPolicy.model(tokenizer, 1))) {
                Trainer trainer =
                        new Trainer(TinyRun.inputs(policy, reference, tokenizer), options);
                last.ifPresent(checkpoint -> trainer.restore(checkpoint, false));
                run.train(trainer);
            }
        }
        return recorder;
    }

    private static TrainerOptions options(EstimatorKind estimator) {
        return TinyRun.options(estimator, 5, .02);
    }

    private static void assertSameFiles(Path one, Path other) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(one)) {
            files = walk.filter(Files::isRegularFile).map(one::relativize).toList();
        }
        assertThat(files).hasSizeGreaterThan(5);
        for (Path file : files) {
            assertThat(other.resolve(file)).hasSameBinaryContentAs(one.resolve(file));
        }
    }

    @Test
    void stoppedAndResumedRun_equalsOneThatWentThrough_bitwise(@TempDir Path folder)
            throws IOException {
        for (EstimatorKind kind : List.of(EstimatorKind.P_GRPO, EstimatorKind.P_GRPO_SHRUNK)) {
            Path through = folder.resolve(kind + "-through");
            Path resumed = folder.resolve(kind + "-resumed");
            run(through, options(kind), 0);
            run(resumed, options(kind), 3); // stops on no checkpoint's boundary
            run(resumed, options(kind), 0);
            Path last = Path.of("checkpoints", "step-00000005");
            assertSameFiles(through.resolve(last), resumed.resolve(last));
            assertThat(resumed.resolve("metrics.jsonl"))
                    .hasSameBinaryContentAs(through.resolve("metrics.jsonl"));
        }
    }

    /** What is sampled a step ahead, and how far groups have come, are part of the state. */
    @Test
    void rolloutsAheadAndRobustWeights_resumeBitwiseToo(@TempDir Path folder) throws IOException {
        TrainerOptions plain = options(EstimatorKind.P_GRPO);
        TrainerOptions ahead =
                new TrainerOptions(
                        plain.steps(),
                        new BatchOptions(4, 8, GroupSampling.NATURAL, 2, 10),
                        plain.optimizer(),
                        plain.sampling(),
                        AdvantageOptions.defaults(EstimatorKind.P_GRPO)
                                .withSize(Whitening.NONE, GroupWeight.parse("dro:3"), 0),
                        plain.objective(),
                        plain.regularisation(),
                        false,
                        new ScoringOptions(3, true, 0, false),
                        plain.seed());
        Path through = folder.resolve("through");
        Path resumed = folder.resolve("resumed");
        run(through, ahead, 0);
        run(resumed, ahead, 3);
        assertThat(resumed.resolve("checkpoints/step-00000003/trainer/rollout.json")).exists();
        run(resumed, ahead, 0);
        Path last = Path.of("checkpoints", "step-00000005");
        assertThat(resumed.resolve(last).resolve("trainer/rollout.json")).doesNotExist();
        assertThat(resumed.resolve(last).resolve("trainer/progress.json")).exists();
        assertSameFiles(through.resolve(last), resumed.resolve(last));
        assertThat(resumed.resolve("metrics.jsonl"))
                .hasSameBinaryContentAs(through.resolve("metrics.jsonl"))
                .content()
                .contains("\"rollout/lag_updates\":1.0");
    }

    @Test
    void crashAfterACheckpoint_repeatsTheLostSteps(@TempDir Path folder) throws IOException {
        Path through = folder.resolve("through");
        Path crashed = folder.resolve("crashed");
        run(through, options(EstimatorKind.P_GRPO), 0);
        run(crashed, options(EstimatorKind.P_GRPO), 0);
        // what a crash in step 5 leaves: the checkpoint of step 4, a longer log, a torn checkpoint
        Files.delete(crashed.resolve("checkpoints/step-00000005/trainer/manifest.json"));
        Recorder recorder = run(crashed, options(EstimatorKind.P_GRPO), 0);
        assertThat(recorder.warnings)
                .anySatisfy(w -> assertThat(w).contains("Passing over checkpoint step-00000005"));
        Path last = Path.of("checkpoints", "step-00000005");
        assertSameFiles(through.resolve(last), crashed.resolve(last));
        assertThat(crashed.resolve("metrics.jsonl"))
                .hasSameBinaryContentAs(through.resolve("metrics.jsonl"));
    }

    @Test
    void runFolder_keepsLogsEventsAndTheNewestCheckpoints(@TempDir Path folder) throws IOException {
        run(folder, options(EstimatorKind.GRPO), 0);
        assertThat(folder.resolve("checkpoints"))
                .isDirectoryNotContaining(p -> p.endsWith("step-00000002"))
                .isDirectoryContaining(p -> p.endsWith("step-00000004"))
                .isDirectoryContaining(p -> p.endsWith("step-00000005"));
        assertThat(Files.readAllLines(folder.resolve("metrics.jsonl"))).hasSize(5);
        assertThat(Files.readString(folder.resolve("metrics.jsonl"))).doesNotContain("time");
        assertThat(Files.readString(folder.resolve("timings.jsonl"))).contains("rollout_time");
        assertThat(folder.resolve("tensorboard")).isNotEmptyDirectory();
        assertThat(Files.readString(folder.resolve("options.json")))
                .contains("\"estimator\" : \"grpo\"", "\"group_sampling\" : \"balanced\"");
        // the checkpoint is a folder that the tokenizer and the model load from
        Path last = folder.resolve("checkpoints/step-00000005");
        Tokenizer.load(last).close();
        CausalLm.load(last, TinyPolicy.ENGINE).close();
    }

    @Test
    void otherOptionsOnResume_areRefusedNamingTheKey(@TempDir Path folder) {
        run(folder, options(EstimatorKind.P_GRPO), 2);
        TrainerOptions o = options(EstimatorKind.P_GRPO);
        TrainerOptions otherSeed =
                new TrainerOptions(
                        o.steps(),
                        o.batch(),
                        o.optimizer(),
                        o.sampling(),
                        o.advantage(),
                        o.objective(),
                        o.regularisation(),
                        false,
                        o.scoring(),
                        8);
        assertThatThrownBy(() -> run(folder, otherSeed, 0))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("seed = 8 instead of 7");
        assertThatThrownBy(() -> run(folder, options(EstimatorKind.GRPO), 0))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("advantage.estimator = \"grpo\" instead of \"p_grpo\"");
        // nothing in these options depends on the length of the run, so it may be longer
        run(folder, TinyRun.options(EstimatorKind.P_GRPO, 3, .02), 0);
        assertThat(folder.resolve("checkpoints/step-00000003")).isDirectory();
    }

    @Test
    void anotherModelOnResume_isRefused(@TempDir Path folder) {
        run(folder, options(EstimatorKind.P_GRPO), 2);
        Checkpoint checkpoint =
                Checkpoint.newest(folder.resolve("checkpoints"), w -> {}).orElseThrow();
        try (CausalLm policy = checkpoint.loadPolicy(TinyPolicy.ENGINE);
                CausalLm other = TinyPolicy.model(tokenizer, 2)) {
            Trainer wrongReference =
                    new Trainer(
                            TinyRun.inputs(policy, other, tokenizer),
                            options(EstimatorKind.P_GRPO));
            assertThatThrownBy(() -> wrongReference.restore(checkpoint, false))
                    .hasMessageContaining("the reference model of this run differs");
            Trainer wrongPolicy =
                    new Trainer(
                            TinyRun.inputs(other, reference, tokenizer),
                            options(EstimatorKind.P_GRPO));
            assertThatThrownBy(() -> wrongPolicy.restore(checkpoint, false))
                    .hasMessageContaining("the policy of this run differs");
        }
    }

    @Test
    void secondRunInTheSameFolder_isRefused(@TempDir Path folder) {
        TrainingRun.Options options = TrainingRun.Options.defaults();
        try (TrainingRun first = TrainingRun.open(folder, options, TrainingListener.SILENT)) {
            assertThat(first.newestCheckpoint()).isEmpty();
            assertThatThrownBy(() -> TrainingRun.open(folder, options, TrainingListener.SILENT))
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining("is in use by another process");
        }
    }

    @Test
    void newRunOverCheckpoints_isRefused(@TempDir Path folder) {
        run(folder, options(EstimatorKind.GRPO), 2);
        try (TrainingRun run =
                        TrainingRun.open(
                                folder, TrainingRun.Options.defaults(), TrainingListener.SILENT);
                CausalLm policy = TinyPolicy.model(tokenizer, 1)) {
            Trainer trainer =
                    new Trainer(
                            TinyRun.inputs(policy, null, tokenizer),
                            TinyRun.options(EstimatorKind.GRPO, 5, 0));
            assertThatThrownBy(() -> run.train(trainer))
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining("has checkpoints of an earlier run");
        }
    }

    @Test
    void flippedBit_isNeverLoadedSilently_andTheOlderCheckpointIsUsed(@TempDir Path folder)
            throws IOException {
        run(folder, options(EstimatorKind.P_GRPO), 3); // checkpoints after steps 2 and 3
        Path checkpoints = folder.resolve("checkpoints");
        List<Path> files;
        try (Stream<Path> walk = Files.walk(checkpoints.resolve("step-00000003"))) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(8);
        SplittableRandom random = new SplittableRandom(5);
        for (int flip = 0; flip < 100; flip++) {
            Path file = files.get(flip % files.size());
            byte[] good = Files.readAllBytes(file);
            byte[] bad = good.clone();
            int bit = random.nextInt(8 * bad.length);
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, bad);
            List<String> warnings = new ArrayList<>();
            assertThat(Checkpoint.newest(checkpoints, warnings::add).map(Checkpoint::steps))
                    .as("bit %d of %s", bit, file.getFileName())
                    .contains(2L);
            assertThat(warnings).hasSize(1).first().asString().contains("step-00000003");
            Files.write(file, good);
        }
        assertThat(Checkpoint.newest(checkpoints, w -> {}).orElseThrow().steps()).isEqualTo(3);
    }

    @Test
    void groupOfOneUser_isFlagged(@TempDir Path folder) {
        Recorder recorder = new Recorder(1);
        List<PolicyPrompt> prompts = new ArrayList<>(TinyRun.prompts());
        prompts.add(new PolicyPrompt("solo", "alone", "user of one group", new int[] {70}));
        TrainingRun.Options runOptions = new TrainingRun.Options(1, 1, false);
        try (TrainingRun run = TrainingRun.open(folder, runOptions, recorder);
                CausalLm policy = TinyPolicy.model(tokenizer, 1)) {
            recorder.run = run;
            TrainerInputs inputs =
                    new TrainerInputs(
                            policy,
                            null,
                            tokenizer,
                            prompts,
                            List.of(RewardSource.of("liked", TinyRun::likedShare)));
            run.train(new Trainer(inputs, TinyRun.options(EstimatorKind.P_GRPO, 1, 0)));
        }
        assertThat(recorder.warnings).hasSize(1);
        assertThat(recorder.warnings.get(0))
                .contains("Group alone has prompts of one user only")
                .doesNotContain("user of one group");
    }

    @Test
    void adapterRun_stoppedAndResumed_equalsOneThatWentThrough_bitwise(@TempDir Path folder)
            throws IOException {
        Path base = Files.createDirectories(folder.resolve("base"));
        try (CausalLm model = TinyPolicy.model(tokenizer, 1)) {
            model.save(base);
        }
        Path through = folder.resolve("through");
        Path resumed = folder.resolve("resumed");
        adapterRun(base, through, 0);
        adapterRun(base, resumed, 3);
        adapterRun(base, resumed, 0);
        Path last = Path.of("checkpoints", "step-00000005");
        assertSameFiles(through.resolve(last), resumed.resolve(last));
        assertThat(through.resolve(last))
                .isDirectoryContaining(p -> p.endsWith("adapter_model.safetensors"))
                .isDirectoryNotContaining(p -> p.endsWith("model.safetensors"));
        assertThat(resumed.resolve("metrics.jsonl"))
                .hasSameBinaryContentAs(through.resolve("metrics.jsonl"));
    }

    private static void adapterRun(Path base, Path folder, long stopAfter) {
        Recorder recorder = new Recorder(stopAfter);
        TrainingRun.Options runOptions = new TrainingRun.Options(2, 2, true);
        try (TrainingRun run = TrainingRun.open(folder, runOptions, recorder)) {
            recorder.run = run;
            Optional<Checkpoint> last = run.newestCheckpoint();
            try (CausalLm policy =
                    last.map(c -> c.loadPolicy(TinyPolicy.ENGINE))
                            .orElseGet(() -> withAdapter(base))) {
                Trainer trainer =
                        new Trainer(
                                TinyRun.inputs(policy, reference, tokenizer),
                                options(EstimatorKind.P_GRPO));
                last.ifPresent(checkpoint -> trainer.restore(checkpoint, false));
                run.train(trainer);
            }
        }
    }

    private static CausalLm withAdapter(Path base) {
        CausalLm model = CausalLm.load(base, TinyPolicy.ENGINE);
        model.addAdapter(LoraOptions.defaults().withRank(2), SeedTree.root(3));
        return model;
    }

    @Test
    void rolloutsInBfloat16_areCorrectedAndMeasured() {
        EngineOptions low = TinyPolicy.ENGINE.withRolloutPrecision(EngineOptions.Precision.BF16);
        try (CausalLm policy = CausalLm.create(reference.config(), low, SeedTree.root(1))) {
            Trainer trainer =
                    new Trainer(
                            TinyRun.inputs(policy, null, tokenizer),
                            TinyRun.options(EstimatorKind.GRPO, 1, 0));
            StepMetrics metrics = trainer.step();
            assertThat(metrics.values().get("sampling/importance_sampling_ratio/mean"))
                    .isBetween(.98, 1.02);
            assertThat(metrics.values().get("sampling/sampling_logp_difference/max"))
                    .isBetween(1e-7, .1);
        }
    }
}
