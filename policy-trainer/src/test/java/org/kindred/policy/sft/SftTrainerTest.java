package org.kindred.policy.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.policy.tokenizer.Tokenizer;

final class SftTrainerTest {
    @TempDir static Path folder;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void makeTokenizer() {
        tokenizer = TinyPolicy.tokenizer(folder.resolve("tokenizer"));
    }

    @AfterAll
    static void closeTokenizer() {
        tokenizer.close();
    }

    /** Completions count up from the prompt's only token, over one to five tokens. */
    private static List<SftExample> examples(int count) {
        SplittableRandom random = new SplittableRandom(2);
        List<SftExample> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int start = 10 + random.nextInt(20);
            int[] completion = new int[1 + random.nextInt(5)];
            for (int t = 0; t < completion.length; t++) {
                completion[t] = start + t + 1;
            }
            examples.add(new SftExample(new int[] {start}, completion));
        }
        return examples;
    }

    private static SftOptions options(int microBatchRows) {
        OptimizerOptions optimizer =
                new OptimizerOptions(
                        1e-2, LearningRateSchedule.Shape.COSINE, 4, AdamWOptions.defaults());
        return new SftOptions(6, 16, microBatchRows, 2, optimizer, 10, 3);
    }

    private static List<StepMetrics> train(SftOptions options) {
        List<StepMetrics> metrics = new ArrayList<>();
        try (CausalLm model = TinyPolicy.model(tokenizer, 1)) {
            SftTrainer trainer =
                    new SftTrainer(model, tokenizer, examples(100), examples(30), options);
            while (!trainer.done()) {
                metrics.add(trainer.step());
            }
        }
        return metrics;
    }

    @Test
    void training_lowersHeldOutPerplexity_andReportsItWhenDue() {
        List<StepMetrics> metrics = train(options(16));
        assertThat(metrics).hasSize(6 * 7); // 100 examples in batches of 16
        StepMetrics last = metrics.get(41);
        assertThat(metrics.get(0).value("loss")).isCloseTo(Math.log(259), within(.5));
        assertThat(last.value("eval_loss")).isLessThan(1.5);
        assertThat(last.value("eval_perplexity"))
                .isCloseTo(Math.exp(last.value("eval_loss")), within(1e-12));
        assertThat(last.value("epoch")).isEqualTo(6);
        assertThat(metrics.get(9).values()).containsKey("eval_loss");
        assertThat(metrics.get(8).values()).doesNotContainKey("eval_loss");
        assertThat(metrics.get(0).value("learning_rate")).isZero(); // the warm-up's first
        assertThat(metrics.get(4).value("learning_rate")).isEqualTo(1e-2);
    }

    @Test
    void microBatches_changeTheFirstUpdateByRoundingOnly() {
        StepMetrics whole = firstStep(options(16));
        StepMetrics cut = firstStep(options(5));
        assertThat(cut.value("loss")).isCloseTo(whole.value("loss"), within(1e-6));
        assertThat(cut.value("grad_norm")).isCloseTo(whole.value("grad_norm"), within(1e-4));
    }

    private static StepMetrics firstStep(SftOptions options) {
        try (CausalLm model = TinyPolicy.model(tokenizer, 1)) {
            return new SftTrainer(model, tokenizer, examples(100), List.of(), options).step();
        }
    }

    @Test
    void loss_countsCompletionTokensAlike() {
        try (CausalLm model = TinyPolicy.model(tokenizer, 1)) {
            List<SftExample> two =
                    List.of(
                            new SftExample(new int[] {5, 6}, new int[] {7}),
                            new SftExample(new int[] {9}, new int[] {10, 11, 12}));
            TokenBatch batch =
                    new TokenBatch(new int[][] {{5, 6}, {9}}, new int[][] {{7}, {10, 11, 12}});
            double sum = 0;
            for (float[] row : model.score(batch, 1).logProbs()) {
                for (float logProb : row) {
                    sum += logProb;
                }
            }
            SftTrainer trainer = new SftTrainer(model, tokenizer, two, List.of(), options(16));
            assertThat(trainer.step().value("loss")).isCloseTo(-sum / 4, within(1e-6));
        }
    }

    @Test
    void batches_holdEveryExampleOnce_sortedInsideAWindow() {
        List<SftExample> examples = examples(53);
        List<List<SftExample>> batches =
                SftBatches.ofEpoch(examples, 8, 3, SeedTree.root(1).child(0));
        List<SftExample> seen = batches.stream().flatMap(List::stream).toList();
        assertThat(seen).hasSize(53).containsExactlyInAnyOrderElementsOf(examples);
        // a window of 24 sorted examples: spans of its three batches do not overlap
        List<List<SftExample>> window = new ArrayList<>(batches.subList(0, 3));
        window.sort((a, b) -> Integer.compare(a.get(0).length(), b.get(0).length()));
        assertThat(window.get(0).get(7).length())
                .isLessThanOrEqualTo(window.get(1).get(0).length());
        assertThat(window.get(1).get(7).length())
                .isLessThanOrEqualTo(window.get(2).get(0).length());
        List<List<SftExample>> next = SftBatches.ofEpoch(examples, 8, 3, SeedTree.root(1).child(1));
        assertThat(next.get(0)).isNotEqualTo(batches.get(0));
    }

    @Test
    void primer_isOnePassBeforeTheEpochs() {
        List<SftExample> all = examples(60);
        List<SftExample> primer = all.subList(0, 20);
        List<Double> tokens = new ArrayList<>();
        List<Double> epochs = new ArrayList<>();
        try (CausalLm model = TinyPolicy.model(tokenizer, 1)) {
            SftTrainer trainer =
                    new SftTrainer(model, tokenizer, primer, all, List.of(), options(16));
            assertThat(trainer.steps()).isEqualTo(2 + 6 * 4);
            while (!trainer.done()) {
                StepMetrics step = trainer.step();
                tokens.add(step.value("num_tokens"));
                epochs.add(step.value("epoch"));
            }
        }
        double ofPrimer = primer.stream().mapToInt(SftExample::length).sum();
        double ofAll = all.stream().mapToInt(SftExample::length).sum();
        assertThat(tokens.get(1)).isEqualTo(ofPrimer);
        assertThat(tokens.get(5)).isEqualTo(ofPrimer + ofAll);
        assertThat(epochs.subList(0, 6)).containsExactly(0.0, 0.0, 0.25, 0.5, 0.75, 1.0);
        assertThat(epochs.get(25)).isEqualTo(6);
    }

    @Test
    void exampleLongerThanTheModel_isRefused() {
        try (CausalLm model = TinyPolicy.model(tokenizer, 1)) {
            List<SftExample> examples =
                    List.of(new SftExample(new int[60], new int[10]), examples(1).get(0));
            assertThatThrownBy(
                            () ->
                                    new SftTrainer(
                                            model, tokenizer, examples, List.of(), options(16)))
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining("1 of 2 examples are longer than the 64 tokens");
        }
    }

    @Test
    void stoppedAndResumedRun_equalsOneThatWentThrough_bitwise(@TempDir Path runs) {
        run(runs.resolve("through"), 0);
        run(runs.resolve("resumed"), 1); // in the middle of the primer
        run(runs.resolve("resumed"), 11); // in the middle of the second epoch
        run(runs.resolve("resumed"), 0);
        for (String file :
                List.of(
                        "metrics.jsonl",
                        "checkpoints/step-00000044/model.safetensors",
                        "checkpoints/step-00000044/trainer/optimizer.safetensors",
                        "checkpoints/step-00000044/trainer/state.json")) {
            assertThat(runs.resolve("resumed").resolve(file))
                    .hasSameBinaryContentAs(runs.resolve("through").resolve(file));
        }
    }

    private static void run(Path folder, long stopAfter) {
        TrainingRun.Options options = new TrainingRun.Options(20, 1, false);
        TrainingRun[] holder = new TrainingRun[1];
        TrainingListener stopper =
                new TrainingListener() {
                    @Override
                    public void onStep(StepMetrics metrics, StepMetrics timings) {
                        if (metrics.step() == stopAfter) {
                            holder[0].requestStop();
                        }
                    }
                };
        try (TrainingRun run = TrainingRun.open(folder, options, stopper)) {
            holder[0] = run;
            Optional<Checkpoint> last = run.newestCheckpoint();
            try (CausalLm model =
                    last.map(c -> c.loadPolicy(TinyPolicy.ENGINE))
                            .orElseGet(() -> TinyPolicy.model(tokenizer, 1))) {
                SftTrainer trainer =
                        new SftTrainer(
                                model,
                                tokenizer,
                                examples(20),
                                examples(100),
                                examples(30),
                                options(16));
                last.ifPresent(trainer::restore);
                run.train(trainer);
            }
        }
    }
}
