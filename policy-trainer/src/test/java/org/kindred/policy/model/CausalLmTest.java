package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.SafeTensors;

final class CausalLmTest {
    private static final ModelConfig CONFIG = ModelConfig.small(50, 16, 2, 4, 2, 24, 1, 0);
    private static final EngineOptions OPTIONS = HuggingFaceParityTest.OPTIONS;
    private static final TokenBatch BATCH =
            new TokenBatch(
                    new int[][] {{3, 4, 5}, {6}, {7, 8, 9, 10, 11}},
                    new int[][] {{12, 13, 1}, {14, 15, 16, 17, 18, 1}, {19}});
    private static final AdamWOptions ADAMW = AdamWOptions.defaults();

    @TempDir Path folder;

    private final CausalLm model = CausalLm.create(CONFIG, OPTIONS, SeedTree.root(1));

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void score_oneRowAtATime_sameAsTogether() {
        TokenScores together = model.score(BATCH, 0.7);
        for (int row = 0; row < BATCH.rows(); row++) {
            TokenBatch one =
                    new TokenBatch(
                            new int[][] {BATCH.prompts()[row]},
                            new int[][] {BATCH.completions()[row]});
            TokenScores alone = model.score(one, 0.7);
            assertThat(alone.logProbs()[0])
                    .containsExactly(together.logProbs()[row], within(1e-5f));
            assertThat(alone.entropies()[0])
                    .containsExactly(together.entropies()[row], within(1e-5f));
        }
    }

    @Test
    void score_smallChunks_sameNumbersAndEmptyRowsAllowed() {
        TokenBatch batch =
                new TokenBatch(
                        new int[][] {{3, 4}, {5}, {6, 7, 8}},
                        new int[][] {{9, 10}, {}, {11, 12, 13, 1}});
        EngineOptions narrow =
                new EngineOptions(
                        EngineOptions.Device.CPU,
                        EngineOptions.Precision.F32,
                        EngineOptions.Precision.F32,
                        1,
                        2,
                        1,
                        1,
                        1,
                        false);
        TokenScores expected = model.score(batch, 1);
        try (CausalLm other = CausalLm.create(CONFIG, narrow, SeedTree.root(1))) {
            TokenScores scores = other.score(batch, 1);
            for (int row = 0; row < 3; row++) {
                assertThat(scores.logProbs()[row])
                        .hasSameSizeAs(batch.completions()[row])
                        .containsExactly(expected.logProbs()[row], within(1e-5f));
            }
        }
    }

    @Test
    void backward_sharedPrompts_sameAsEachRowByItself() {
        TokenBatch shared =
                new TokenBatch(
                        new int[][] {{3, 4, 5}, {6, 7}, {3, 4, 5}, {3, 4, 5}, {6, 7}},
                        new int[][] {{8, 9, 1}, {10}, {11}, {12, 13, 14, 15, 1}, {16, 1}});
        float[][] slopes = {{1, -2, 3}, {2}, {-1}, {1, 2, 3, 4, 5}, {-3, 1}};
        addGradients(shared, slopes, slopes);
        Map<String, float[]> together = Numbers.gradients(model);
        TokenScores scores = model.score(shared, 0.9);
        model.step(0, ADAMW);
        for (int row = 0; row < shared.rows(); row++) {
            TokenBatch one =
                    new TokenBatch(
                            new int[][] {shared.prompts()[row]},
                            new int[][] {shared.completions()[row]});
            assertThat(model.score(one, 0.9).logProbs()[0])
                    .containsExactly(scores.logProbs()[row], within(1e-5f));
            addGradients(one, new float[][] {slopes[row]}, new float[][] {slopes[row]});
        }
        Numbers.gradients(model)
                .forEach(
                        (name, values) ->
                                assertThat(values)
                                        .containsExactly(together.get(name), within(2e-5f)));
    }

    @Test
    void create_sameSeed_sameModel() {
        try (CausalLm twin = CausalLm.create(CONFIG, OPTIONS, SeedTree.root(1));
                CausalLm other = CausalLm.create(CONFIG, OPTIONS, SeedTree.root(2))) {
            assertThat(twin.score(BATCH, 1).logProbs())
                    .isDeepEqualTo(model.score(BATCH, 1).logProbs());
            assertThat(other.score(BATCH, 1).logProbs()[0])
                    .isNotEqualTo(model.score(BATCH, 1).logProbs()[0]);
        }
    }

    @Test
    void create_initializerRange_isTheSpreadOfTheFirstWeights(@TempDir Path wideFolder) {
        model.save(folder);
        try (CausalLm wide = CausalLm.create(CONFIG, OPTIONS, SeedTree.root(1), 0.04)) {
            wide.save(wideFolder);
        }
        SafeTensors narrow = SafeTensors.openFolder(folder);
        SafeTensors wide = SafeTensors.openFolder(wideFolder);
        for (String name : narrow.names()) {
            float factor = name.contains("norm") ? 1 : 2;
            FloatBuffer expected = narrow.float32(name).asFloatBuffer();
            FloatBuffer found = wide.float32(name).asFloatBuffer();
            while (expected.hasRemaining()) {
                assertThat(found.get()).as(name).isEqualTo(factor * expected.get());
            }
        }
    }

    @Test
    void forward_sameBatch_sameScoresAsWithoutGradients() {
        try (ForwardPass pass = model.forward(BATCH, 1.3)) {
            TokenScores scores = model.score(BATCH, 1.3);
            for (int row = 0; row < BATCH.rows(); row++) {
                assertThat(pass.scores().logProbs()[row])
                        .containsExactly(scores.logProbs()[row], within(1e-6f));
                assertThat(pass.scores().entropies()[row])
                        .containsExactly(scores.entropies()[row], within(1e-6f));
            }
        }
    }

    @Test
    void backward_microBatches_addUpToTheWholeBatch() {
        float[][] slopes = {{0.1f, -0.2f, 0.3f}, {1, 2, 3, -4, 5, 6}, {-0.5f}};
        float[][] entropySlopes = {{0.4f, 0, -0.1f}, {1, 1, 1, 1, 1, 1}, {2}};
        addGradients(BATCH, slopes, entropySlopes);
        Map<String, float[]> whole = Numbers.gradients(model);
        model.step(0, ADAMW); // drops them; a rate of 0 leaves the weights
        for (int row = 0; row < 3; row++) {
            TokenBatch one =
                    new TokenBatch(
                            new int[][] {BATCH.prompts()[row]},
                            new int[][] {BATCH.completions()[row]});
            addGradients(one, new float[][] {slopes[row]}, new float[][] {entropySlopes[row]});
        }
        Map<String, float[]> summed = Numbers.gradients(model);
        summed.forEach(
                (name, values) ->
                        assertThat(values).containsExactly(whole.get(name), within(2e-5f)));
    }

    private void addGradients(TokenBatch batch, float[][] slopes, float[][] entropySlopes) {
        try (ForwardPass pass = model.forward(batch, 0.9)) {
            model.backward(pass, slopes, entropySlopes);
        }
    }

    @Test
    void backward_bfloat16_closeToFloat32() {
        Rows.meanLoss(model, BATCH, true);
        EngineOptions low = OPTIONS.withPrecision(EngineOptions.Precision.BF16);
        try (CausalLm rounded = CausalLm.create(CONFIG, low, SeedTree.root(1))) {
            Rows.meanLoss(rounded, BATCH, true);
            Map<String, float[]> gradients = Numbers.gradients(rounded);
            Numbers.gradients(model)
                    .forEach(
                            (name, exact) -> {
                                float[] other = gradients.get(name);
                                double difference = 0;
                                for (int i = 0; i < exact.length; i++) {
                                    difference += Math.pow(exact[i] - other[i], 2);
                                }
                                assertThat(Math.sqrt(difference))
                                        .as(name)
                                        .isLessThan(0.05 * Numbers.norm(exact));
                            });
        }
    }

    @Test
    void step_manyTimes_learnsAndHoldsNoMoreArrays() {
        double first = Rows.meanLoss(model, BATCH, true);
        model.step(1e-2, ADAMW);
        model.score(BATCH, 1);
        int arrays = model.nativeArrays();
        for (int i = 0; i < 50; i++) {
            Rows.meanLoss(model, BATCH, true);
            model.step(1e-2, ADAMW);
            model.score(BATCH, 1);
            assertThat(model.nativeArrays()).isEqualTo(arrays);
        }
        assertThat(Rows.meanLoss(model, BATCH, false)).isLessThan(0.1 * first);
    }

    @Test
    void step_savedAndLoadedInTheMiddle_bitwiseEqualToOneRun() {
        train(model, 4);
        model.save(folder);
        model.saveOptimizer(folder.resolve("optimizer.safetensors"));
        train(model, 3);
        try (CausalLm resumed = CausalLm.load(folder, OPTIONS)) {
            resumed.loadOptimizer(folder.resolve("optimizer.safetensors"));
            train(resumed, 3);
            Map<String, float[]> expected = Numbers.weights(model);
            Numbers.weights(resumed)
                    .forEach((name, w) -> assertThat(w).containsExactly(expected.get(name)));
        }
    }

    private static void train(CausalLm model, int steps) {
        for (int i = 0; i < steps; i++) {
            Rows.meanLoss(model, BATCH, true);
            model.step(1e-2, new AdamWOptions(0.9, 0.999, 1e-8, 0.1, 1));
        }
    }

    @Test
    void step_notFiniteGradient_refusedAndWeightsUntouched() {
        Map<String, float[]> before = Numbers.weights(model);
        addGradients(
                BATCH,
                new float[][] {{Float.NaN, 0, 0}, new float[6], {0}},
                new float[][] {new float[3], new float[6], new float[1]});
        assertThatThrownBy(() -> model.step(1e-2, ADAMW))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("Optimizer step 1: the norm of the gradients is NaN");
        Numbers.weights(model)
                .forEach((name, w) -> assertThat(w).containsExactly(before.get(name)));
        Rows.meanLoss(model, BATCH, true);
        assertThat(model.step(1e-2, ADAMW)).isPositive();
    }

    @Test
    void save_afterTraining_loadsWithConfigAndGenerationConfig() {
        train(model, 1);
        model.save(folder);
        try (CausalLm loaded = CausalLm.load(folder, OPTIONS)) {
            assertThat(loaded.config()).isEqualTo(CONFIG);
            assertThat(loaded.score(BATCH, 1).logProbs())
                    .isDeepEqualTo(model.score(BATCH, 1).logProbs());
        }
        assertThat(SafeTensors.openFolder(folder).names()).doesNotContain("lm_head.weight");
        assertThat(Rows.read(folder.resolve("generation_config.json")).toString())
                .isEqualTo("{\"eos_token_id\":1,\"pad_token_id\":0}");
    }

    @Test
    void frozenCopy_whileThePolicyLearns_staysAndCannotBeTrained() {
        try (CausalLm reference = model.frozenCopy()) {
            float[][] before = model.score(BATCH, 1).logProbs();
            train(model, 1);
            assertThat(reference.score(BATCH, 1).logProbs()).isDeepEqualTo(before);
            assertThat(model.score(BATCH, 1).logProbs()[0]).isNotEqualTo(before[0]);
            assertThatThrownBy(() -> reference.forward(BATCH, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("frozen");
        }
    }

    @Test
    void addAdapter_trained_baseStaysAndMergedModelAnswersAlike() {
        float[][] base = model.score(BATCH, 1).logProbs();
        model.addAdapter(LoraOptions.defaults(), SeedTree.root(3));
        assertThat(model.score(BATCH, 1).logProbs()).isDeepEqualTo(base);
        train(model, 3);
        float[][] adapted = model.score(BATCH, 1).logProbs();

        assertThat(adapted[0]).isNotEqualTo(base[0]);
        assertThat(model.scoreBase(BATCH, 1).logProbs()).isDeepEqualTo(base);
        model.mergeAdapter();
        assertThat(model.score(BATCH, 1).logProbs()).isDeepEqualTo(adapted);
        train(model, 1);
    }

    @Test
    void backward_twiceOrAfterAStep_refused() {
        float[][] slopes = {new float[3], new float[6], new float[1]};
        try (ForwardPass pass = model.forward(BATCH, 1)) {
            model.backward(pass, slopes, null);
            assertThatThrownBy(() -> model.backward(pass, slopes, null))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("one backward pass");
        }
        try (ForwardPass pass = model.forward(BATCH, 1)) {
            model.step(1e-2, ADAMW);
            assertThatThrownBy(() -> model.backward(pass, slopes, null))
                    .hasMessageContaining("stepped");
        }
    }

    @Test
    void backward_wrongShape_namesRowAndLengths() {
        try (ForwardPass pass = model.forward(BATCH, 1)) {
            assertThatThrownBy(
                            () ->
                                    model.backward(
                                            pass,
                                            new float[][] {new float[3], new float[5], {0}},
                                            null))
                    .isInstanceOf(KindredException.class)
                    .hasMessage(
                            "d loss / d log-probability: row 1 has 5 values; its completion has 6"
                                    + " tokens");
        }
    }

    @Test
    void score_badTokensOrLengths_oneClearMessage() {
        assertThatThrownBy(() -> model.score(row(new int[] {50}, new int[] {1}), 1))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("prompt of row 0, token 0 has id 50")
                .hasMessageContaining("0 to 49");
        assertThatThrownBy(() -> model.score(row(new int[20], new int[5]), 1))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("20 prompt tokens and room for 5 completion tokens")
                .hasMessageContaining("24");
        assertThatThrownBy(() -> row(new int[0], new int[1]))
                .hasMessageContaining("the prompt of row 0 is empty");
        assertThatThrownBy(() -> new TokenBatch(new int[2][1], new int[1][1]))
                .hasMessageContaining("2 prompts but 1 completions");
        assertThatThrownBy(() -> model.score(BATCH, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("temperature = 0.0");
    }

    private static TokenBatch row(int[] prompt, int[] completion) {
        return new TokenBatch(new int[][] {prompt}, new int[][] {completion});
    }
}
