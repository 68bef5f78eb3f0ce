package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;
import org.kindred.policy.checkpoint.StorageType;

/** Filters against the logits processors of transformers 5.18.0. */
final class TokenFiltersTest {
    private static final int VOCABULARY = 40;
    private static final int HIDDEN = 4;

    @Test
    void next_everyReferenceCase_drawsKeptTokensWithTheirProbabilities() {
        JsonNode file = Rows.read(HuggingFaceFixtures.resources().resolve("sampling/filters.json"));
        for (JsonNode row : file.get("rows")) {
            try (CausalLm model = withLogits(row.get("logits"))) {
                int[] soFar = new int[row.get("ids_so_far").size()];
                for (int i = 0; i < soFar.length; i++) {
                    soFar[i] = row.get("ids_so_far").get(i).intValue();
                }
                for (JsonNode expected : row.get("cases")) {
                    check(model, row.get("logits"), soFar, expected);
                }
            }
        }
    }

    /** A draw just inside either end of a token's share of [0, 1) must give this token. */
    private static void check(CausalLm model, JsonNode logits, int[] soFar, JsonNode expected) {
        TokenFilters filters = filters(expected.get("settings"));
        List<Float> draws = new ArrayList<>();
        List<Integer> tokens = new ArrayList<>();
        double below = 0;
        for (int i = 0; i < expected.get("kept_ids").size(); i++) {
            double share = expected.get("probabilities_of_kept").get(i).doubleValue();
            double margin = 2e-6; // numbers of the file have 7 digits
            if (share > 3 * margin) {
                draws.add((float) (below + margin));
                draws.add((float) (below + share - margin));
                tokens.add(expected.get("kept_ids").get(i).intValue());
                tokens.add(expected.get("kept_ids").get(i).intValue());
            }
            below += share;
        }
        float[][] uniforms = new float[1][draws.size()];
        for (int i = 0; i < draws.size(); i++) {
            uniforms[0][i] = draws.get(i);
        }
        int[] rows = new int[draws.size()];
        try (DecodingBatch batch = model.decode(List.of(soFar), rows, 1, filters, new int[0], 0)) {
            DecodingBatch.Block block = batch.next(uniforms);
            for (int i = 0; i < rows.length; i++) {
                assertThat(block.tokens()[i][0])
                        .as("%s, draw %s", expected.get("settings"), draws.get(i))
                        .isEqualTo((long) tokens.get(i));
                // Log-probabilities know the temperature, but no filter.
                assertThat((double) block.logProbs()[i][0])
                        .isCloseTo(
                                logSoftmax(logits, filters.temperature(), tokens.get(i)),
                                within(1e-5));
            }
        }
    }

    private static TokenFilters filters(JsonNode settings) {
        return new TokenFilters(
                settings.path("temperature").asDouble(1),
                settings.path("top_k").asInt(0),
                settings.path("top_p").asDouble(1),
                settings.path("min_p").asDouble(0),
                settings.path("repetition_penalty").asDouble(1));
    }

    private static double logSoftmax(JsonNode logits, double temperature, int token) {
        double sum = 0;
        for (JsonNode logit : logits) {
            sum += Math.exp(logit.doubleValue() / temperature);
        }
        return logits.get(token).doubleValue() / temperature - Math.log(sum);
    }

    /** A model that answers every prompt with these logits: its layers add nothing. */
    private static CausalLm withLogits(JsonNode logits) {
        ModelConfig config =
                new ModelConfig(
                        ModelConfig.Architecture.LLAMA,
                        VOCABULARY,
                        HIDDEN,
                        8,
                        1,
                        2,
                        2,
                        2,
                        1e-12,
                        false,
                        16,
                        ModelConfig.Rope.plain(10_000),
                        null,
                        List.of(),
                        null,
                        StorageType.F32);
        return CausalLm.untested(
                config,
                HuggingFaceParityTest.OPTIONS,
                (owner, layout) -> constant(owner, layout, logits));
    }

    private static NDList constant(NDManager owner, WeightLayout layout, JsonNode logits) {
        NDList arrays = Weights.zeros(owner, layout);
        NDArray head = arrays.get(arrays.size() - 1);
        float[] rows = new float[VOCABULARY * HIDDEN];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = logits.get(i / HIDDEN).floatValue() / HIDDEN;
        }
        arrays.get(0).addi(1); // every embedding is (1, 1, 1, 1), and so is its norm
        arrays.get(arrays.size() - 2).addi(1);
        head.set(rows);
        return arrays;
    }

    @Test
    void constructor_valueOutOfRange_namesFieldValueAndRange() {
        assertThatThrownBy(() -> new TokenFilters(1, 0, 0, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("topP = 0.0: must be in (0, 1]");
        assertThatThrownBy(() -> new TokenFilters(-1, 0, 1, 0, 1))
                .hasMessageContaining("temperature = -1.0");
        assertThatThrownBy(() -> new TokenFilters(1, -1, 1, 0, 1)).hasMessageContaining("topK");
        assertThatThrownBy(() -> new TokenFilters(1, 0, 1, 1, 1)).hasMessageContaining("minP");
        assertThatThrownBy(() -> new TokenFilters(1, 0, 1, 0, 0))
                .hasMessageContaining("repetitionPenalty");
    }
}
