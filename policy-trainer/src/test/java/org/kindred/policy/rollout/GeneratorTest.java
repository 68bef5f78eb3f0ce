package org.kindred.policy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.model.TokenScores;

final class GeneratorTest {
    private static final int EOS = 1;
    private static final ModelConfig CONFIG = ModelConfig.small(24, 16, 2, 4, 2, 80, EOS, 0);
    private static final EngineOptions OPTIONS =
            EngineOptions.defaults().withDevice(EngineOptions.Device.CPU).withThreads(1);
    private static final SamplingOptions SAMPLING = new SamplingOptions(40, 1.2, 0, 1, 0, 1);
    private static final SeedTree SEEDS = SeedTree.root(5);
    private static final List<int[]> PROMPTS =
            List.of(new int[] {3, 4}, new int[] {5, 6, 7, 8, 9, 10, 11}, new int[] {12});

    private static CausalLm model;

    @BeforeAll
    static void open() {
        model = CausalLm.create(CONFIG, OPTIONS, SeedTree.root(1));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Generator generator(CausalLm model) {
        return new Generator(model, new int[] {EOS}, 0);
    }

    @Test
    void generate_oneAtATime_sameAsInABatch() {
        List<List<Completion>> together = generator(model).generate(PROMPTS, 4, SAMPLING, SEEDS);
        for (int p = 0; p < PROMPTS.size(); p++) {
            // The seed of prompt 0 of this call is that of prompt p above.
            List<Completion> alone = new ArrayList<>();
            List<int[]> repeated = Collections.nCopies(p + 1, PROMPTS.get(p));
            alone.addAll(generator(model).generate(repeated, 2, SAMPLING, SEEDS).get(p));
            for (int i = 0; i < 2; i++) {
                Completion expected = together.get(p).get(i);
                assertThat(alone.get(i).tokens()).containsExactly(expected.tokens());
                assertThat(alone.get(i).logProbs())
                        .containsExactly(expected.logProbs(), within(1e-5f));
                assertThat(alone.get(i).finished()).isEqualTo(expected.finished());
            }
        }
    }

    @Test
    void generate_littleMemory_sameCompletionsInSmallChunks() {
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
        List<List<Completion>> expected = generator(model).generate(PROMPTS, 20, SAMPLING, SEEDS);
        try (CausalLm small = CausalLm.create(CONFIG, narrow, SeedTree.root(1))) {
            assertThat(small.decodingRows(7, 40)).isLessThan(60);
            List<List<Completion>> chunked =
                    generator(small).generate(PROMPTS, 20, SAMPLING, SEEDS);
            for (int p = 0; p < PROMPTS.size(); p++) {
                for (int i = 0; i < 20; i++) {
                    assertThat(chunked.get(p).get(i).tokens())
                            .containsExactly(expected.get(p).get(i).tokens());
                }
            }
        }
    }

    @Test
    void generate_sameSeeds_sameBits() {
        List<List<Completion>> first = generator(model).generate(PROMPTS, 3, SAMPLING, SEEDS);
        List<List<Completion>> again = generator(model).generate(PROMPTS, 3, SAMPLING, SEEDS);
        List<List<Completion>> other =
                generator(model).generate(PROMPTS, 3, SAMPLING, SeedTree.root(6));
        for (int p = 0; p < PROMPTS.size(); p++) {
            for (int i = 0; i < 3; i++) {
                assertThat(again.get(p).get(i).tokens())
                        .containsExactly(first.get(p).get(i).tokens());
                assertThat(again.get(p).get(i).logProbs())
                        .containsExactly(first.get(p).get(i).logProbs());
            }
        }
        assertThat(other.get(0).get(0).tokens()).isNotEqualTo(first.get(0).get(0).tokens());
    }

    @Test
    void generate_rows_endWithTheFirstEosOrAtTheLimit() {
        int finished = 0;
        for (List<Completion> ofPrompt : generator(model).generate(PROMPTS, 30, SAMPLING, SEEDS)) {
            for (Completion completion : ofPrompt) {
                int[] tokens = completion.tokens();
                int last = tokens.length - 1;
                for (int i = 0; i < last; i++) {
                    assertThat(tokens[i]).isNotEqualTo(EOS);
                }
                assertThat(completion.finished()).isEqualTo(tokens[last] == EOS);
                assertThat(completion.finished() || tokens.length == 40).isTrue();
                assertThat(completion.logProbs()).hasSameSizeAs(tokens);
                finished += completion.finished() ? 1 : 0;
            }
        }
        // (1 - 1/24)^40 = 0.18 of 90 rows go on to the limit, as weights are near uniform.
        assertThat(finished).isBetween(60, 88);
    }

    @Test
    void generate_logProbs_areThoseOfAScoringPass() {
        List<List<Completion>> completions = generator(model).generate(PROMPTS, 2, SAMPLING, SEEDS);
        for (int p = 0; p < PROMPTS.size(); p++) {
            for (Completion completion : completions.get(p)) {
                TokenBatch batch =
                        new TokenBatch(
                                new int[][] {PROMPTS.get(p)}, new int[][] {completion.tokens()});
                TokenScores scores = model.score(batch, 1.2);
                assertThat(completion.logProbs())
                        .containsExactly(scores.logProbs()[0], within(1e-5f));
            }
        }
    }

    @Test
    void generate_manyFirstTokens_followTheModelsDistribution() {
        int samples = 4000;
        SamplingOptions one = new SamplingOptions(1, 0.5, 0, 1, 0, 1);
        List<Completion> drawn =
                generator(model).generate(PROMPTS.subList(0, 1), samples, one, SEEDS).get(0);
        int[] counts = new int[CONFIG.vocabSize()];
        for (Completion completion : drawn) {
            counts[completion.tokens()[0]]++;
        }
        double statistic = 0;
        for (int token = 0; token < counts.length; token++) {
            TokenBatch batch = new TokenBatch(new int[][] {PROMPTS.get(0)}, new int[][] {{token}});
            double expected = samples * Math.exp(model.score(batch, 0.5).logProbs()[0][0]);
            statistic += Math.pow(counts[token] - expected, 2) / expected;
        }
        // Chi-square with 23 degrees of freedom: 49.7 is exceeded in 0.1 % of all seeds.
        assertThat(statistic).isLessThan(49.7);
    }

    @Test
    void generate_repetitionPenalty_noTokenTwice() {
        SamplingOptions strong = new SamplingOptions(15, 0, 0, 1, 0, 1e6);
        int[] tokens =
                new Generator(model, new int[0], 0)
                        .generate(PROMPTS, 1, strong, SEEDS)
                        .get(1)
                        .get(0)
                        .tokens();
        // Positive logits become tiny, negative ones huge: only unseen ids with one are left first.
        assertThat(tokens).hasSize(15);
        assertThat(tokens[0]).isNotIn(5, 6, 7, 8, 9, 10, 11);
    }

    @Test
    void generate_stopString_endsWithTheTokenThatCompletesIt() {
        // Tokens as letters: 0 is a, 1 is b and so on.
        StopStrings stops =
                new StopStrings(
                        List.of("f", "hh"),
                        tokens -> {
                            StringBuilder text = new StringBuilder();
                            for (int token : tokens) {
                                text.append((char) ('a' + token));
                            }
                            return text.toString();
                        });
        List<List<Completion>> free = generator(model).generate(PROMPTS, 8, SAMPLING, SEEDS);
        List<List<Completion>> stopped =
                generator(model).withStops(stops).generate(PROMPTS, 8, SAMPLING, SEEDS);
        for (int p = 0; p < PROMPTS.size(); p++) {
            for (int i = 0; i < 8; i++) {
                int[] all = free.get(p).get(i).tokens();
                int end = 0;
                while (end < all.length && !stops.endIn(Arrays.copyOf(all, end))) {
                    end++;
                }
                Completion completion = stopped.get(p).get(i);
                assertThat(completion.tokens()).containsExactly(Arrays.copyOf(all, end));
                assertThat(completion.logProbs()).hasSize(end);
                boolean stop = stops.endIn(Arrays.copyOf(all, end));
                assertThat(completion.finished()).isEqualTo(stop || free.get(p).get(i).finished());
            }
        }
    }

    @Test
    void generate_repeated_noMoreArraysInNativeMemory() {
        generator(model).generate(PROMPTS, 2, SAMPLING, SEEDS);
        int arrays = model.nativeArrays();
        for (int i = 0; i < 10; i++) {
            generator(model).generate(PROMPTS, 2, SAMPLING, SEEDS.child(i));
            assertThat(model.nativeArrays()).isEqualTo(arrays);
        }
    }

    @Test
    void generate_promptTooLongOrEmptyOrUnknownId_oneClearMessage() {
        assertThatThrownBy(
                        () -> generator(model).generate(List.of(new int[41]), 1, SAMPLING, SEEDS))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("prompt 0 has 41 prompt tokens and room for 40");
        assertThatThrownBy(() -> generator(model).generate(List.of(new int[0]), 1, SAMPLING, SEEDS))
                .hasMessageContaining("prompt 0 is empty");
        assertThatThrownBy(
                        () ->
                                generator(model)
                                        .generate(List.of(new int[] {24}), 1, SAMPLING, SEEDS))
                .hasMessageContaining("prompt 0, token 0 has id 24");
    }

    @Test
    void generate_bfloat16_logProbsNearFloat32() {
        EngineOptions low = OPTIONS.withPrecision(EngineOptions.Precision.BF16);
        try (CausalLm rounded = CausalLm.create(CONFIG, low, SeedTree.root(1))) {
            Completion completion =
                    generator(rounded).generate(PROMPTS, 1, SAMPLING, SEEDS).get(1).get(0);
            TokenBatch batch =
                    new TokenBatch(new int[][] {PROMPTS.get(1)}, new int[][] {completion.tokens()});
            assertThat(completion.logProbs())
                    .containsExactly(model.score(batch, 1.2).logProbs()[0], within(2e-2f));
        }
    }

    @Test
    void listener_seesEachCompletionGrowToItsEnd() {
        Map<String, List<int[]>> heard = new HashMap<>();
        List<List<Completion>> completions =
                generator(model)
                        .withListener(
                                (prompt, sample, tokens) ->
                                        heard.computeIfAbsent(
                                                        prompt + "/" + sample,
                                                        key -> new ArrayList<>())
                                                .add(tokens))
                        .generate(PROMPTS, 2, SAMPLING, SEEDS);
        for (int p = 0; p < PROMPTS.size(); p++) {
            for (int i = 0; i < 2; i++) {
                List<int[]> steps = heard.get(p + "/" + i);
                int[] whole = completions.get(p).get(i).tokens();
                assertThat(steps.get(steps.size() - 1)).containsExactly(whole);
                for (int[] step : steps) {
                    assertThat(whole).startsWith(step);
                }
            }
        }
    }

    @Test
    void rolloutsInBfloat16_areCloseToThePassesAndNotEqual() {
        EngineOptions low = OPTIONS.withRolloutPrecision(EngineOptions.Precision.BF16);
        try (CausalLm other = CausalLm.create(CONFIG, low, SeedTree.root(1))) {
            Completion completion =
                    generator(other).generate(PROMPTS, 1, SAMPLING, SEEDS).get(1).get(0);
            float[] expected =
                    other.score(
                                    new TokenBatch(
                                            new int[][] {PROMPTS.get(1)},
                                            new int[][] {completion.tokens()}),
                                    SAMPLING.temperature())
                            .logProbs()[0];
            assertThat(completion.logProbs()).containsExactly(expected, within(2e-2f));
            assertThat(completion.logProbs()).isNotEqualTo(expected);
        }
    }

    @Test
    void samplingOfAModelFolder_isWhatItsGenerationConfigAsksFor(@TempDir Path folder)
            throws IOException {
        assertThat(SamplingOptions.ofModel(folder)).isEqualTo(SamplingOptions.greedy(512));
        Path file = folder.resolve("generation_config.json");
        Files.writeString(
                file,
                "{\"do_sample\": true, \"temperature\": 0.7, \"top_p\": 0.8, \"top_k\": 20,"
                        + " \"repetition_penalty\": 1.05, \"max_new_tokens\": 32}");
        assertThat(SamplingOptions.ofModel(folder))
                .isEqualTo(new SamplingOptions(32, .7, 20, .8, 0, 1.05));
        Files.writeString(file, "{\"temperature\": 0.7, \"eos_token_id\": 2}");
        assertThat(SamplingOptions.ofModel(folder)).isEqualTo(SamplingOptions.greedy(512));
        Files.writeString(file, "{\"do_sample\": true, \"top_p\": 1.5}");
        assertThatThrownBy(() -> SamplingOptions.ofModel(folder))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("generation_config.json")
                .hasMessageContaining("topP = 1.5");
    }
}
