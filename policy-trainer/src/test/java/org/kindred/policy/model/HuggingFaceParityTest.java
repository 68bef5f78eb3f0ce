package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;

/**
 * Every model of the reference files against transformers 5.18.0 in float32. Tolerances are those
 * of the files' README: logits 2e-4, log-probabilities and entropies 1e-4, loss 1e-5 relative,
 * norms of gradients 1e-3 relative, tokens exact.
 */
final class HuggingFaceParityTest {
    static final EngineOptions OPTIONS =
            EngineOptions.defaults().withDevice(EngineOptions.Device.CPU).withThreads(1);

    static List<Path> models() {
        return HuggingFaceFixtures.folders("models");
    }

    @ParameterizedTest
    @MethodSource("models")
    void logits_unpaddedRows_asTransformersWithEitherPadding(Path folder) {
        JsonNode expected = Rows.read(folder.resolve("expected.json"));
        try (CausalLm model = CausalLm.load(folder, OPTIONS)) {
            for (JsonNode block : expected.get("forward")) {
                for (int row = 0; row < block.get("input_ids").size(); row++) {
                    checkRow(model, block, row);
                }
            }
        }
    }

    static void checkRow(CausalLm model, JsonNode block, int row) {
        int vocabulary = model.config().vocabSize();
        JsonNode ids = block.get("input_ids").get(row);
        int[] real = Rows.real(block.get("attention_mask"), row, ids.size());
        float[] logits = model.logits(Rows.select(ids, real));
        for (int t = 0; t < real.length; t++) {
            float[] at = Arrays.copyOfRange(logits, t * vocabulary, (t + 1) * vocabulary);
            Rows.assertFirst(at, block.get("logits_first_columns").get(row).get(real[t]), 2e-4);
            double logSum = block.get("logsumexp").get(row).get(real[t]).doubleValue();
            assertThat(logSumExp(at)).isCloseTo(logSum, within(2e-4));
        }
        float[] last = Arrays.copyOfRange(logits, (real.length - 1) * vocabulary, logits.length);
        Rows.assertFirst(last, block.get("logits_last_position").get(row), 2e-4);
    }

    @ParameterizedTest
    @MethodSource("models")
    void score_completionsAtEachTemperature_logProbsAndEntropies(Path folder) {
        JsonNode expected = Rows.read(folder.resolve("expected.json")).get("completion_logprobs");
        TokenBatch batch = Rows.completions(expected);
        try (CausalLm model = CausalLm.load(folder, OPTIONS)) {
            for (JsonNode at : expected.get("by_temperature")) {
                TokenScores scores = model.score(batch, at.get("temperature").doubleValue());
                for (int row = 0; row < batch.rows(); row++) {
                    Rows.assertAll(scores.logProbs()[row], at.get("token_logprobs").get(row), 1e-4);
                    Rows.assertAll(scores.entropies()[row], at.get("entropies").get(row), 1e-4);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void backward_meanOfCountedLabels_lossAndGradients(Path folder) {
        JsonNode expected = Rows.read(folder.resolve("expected.json")).get("causal_lm");
        TokenBatch batch = Rows.labelled(expected);
        for (int kept : new int[] {0, 1, 9}) {
            try (CausalLm model = CausalLm.load(folder, OPTIONS.withKeptLayers(kept))) {
                double loss = Rows.meanLoss(model, batch, true);

                assertThat(batch.completionTokens())
                        .isEqualTo(expected.get("label_tokens_counted").intValue());
                double reference = expected.get("loss").doubleValue();
                assertThat(loss).isCloseTo(reference, relative(reference, 1e-5));
                checkGradients(Numbers.gradients(model), expected);
            }
        }
    }

    static void checkGradients(Map<String, float[]> gradients, JsonNode expected) {
        double sum = 0;
        JsonNode norms = expected.get("param_grad_norms");
        assertThat(norms.size()).isEqualTo(gradients.size());
        for (Map.Entry<String, float[]> gradient : gradients.entrySet()) {
            double norm = Numbers.norm(gradient.getValue());
            double reference = norms.get(gradient.getKey()).doubleValue();
            assertThat(norm)
                    .as(gradient.getKey())
                    .isCloseTo(reference, within(Math.max(1e-6, 1e-3 * reference)));
            Rows.assertFirst(
                    gradient.getValue(),
                    expected.get("param_grad_first_values").get(gradient.getKey()),
                    1e-4 * reference + 1e-6);
            sum += norm * norm;
        }
        double total = expected.get("grad_norm").doubleValue();
        assertThat(Math.sqrt(sum)).isCloseTo(total, relative(total, 1e-4));
    }

    static Offset<Double> relative(double value, double tolerance) {
        return within(Math.abs(value) * tolerance);
    }

    private static double logSumExp(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += Math.exp(value);
        }
        return Math.log(sum);
    }
}
