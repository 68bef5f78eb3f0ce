package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
    private static final EngineOptions OPTIONS =
            EngineOptions.defaults().withDevice(EngineOptions.Device.CPU).withThreads(1);

    static List<Path> models() {
        return HuggingFaceFixtures.folders("models");
    }

    @ParameterizedTest
    @MethodSource("models")
    void logits_unpaddedRows_asTransformersWithEitherPadding(Path folder) {
        try (CausalLm model = CausalLm.load(folder, OPTIONS)) {
            int vocabulary = model.config().vocabSize();
            JsonNode forward = expected(folder).get("forward");
            for (JsonNode block : forward) {
                JsonNode ids = block.get("input_ids");
                for (int row = 0; row < ids.size(); row++) {
                    int[] mask = mask(block.get("attention_mask"), row, ids.get(row).size());
                    int[] real = positions(mask);
                    float[] logits = model.logits(new int[][] {select(ids.get(row), real)});
                    for (int t = 0; t < real.length; t++) {
                        float[] at =
                                Arrays.copyOfRange(logits, t * vocabulary, (t + 1) * vocabulary);
                        int position = real[t];
                        close(at, block.get("logits_first_columns").get(row).get(position), 2e-4);
                        double logSum = logSumExp(at);
                        assertThat(logSum)
                                .isCloseTo(
                                        block.get("logsumexp").get(row).get(position).doubleValue(),
                                        within(2e-4));
                    }
                    float[] last =
                            Arrays.copyOfRange(
                                    logits, (real.length - 1) * vocabulary, logits.length);
                    close(last, block.get("logits_last_position").get(row), 2e-4);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void score_completionsAtEachTemperature_logProbsAndEntropies(Path folder) {
        JsonNode expected = expected(folder).get("completion_logprobs");
        TokenBatch batch = batch(expected);
        try (CausalLm model = CausalLm.load(folder, OPTIONS)) {
            for (JsonNode at : expected.get("by_temperature")) {
                double temperature = at.get("temperature").doubleValue();
                TokenScores scores = model.score(batch, temperature);
                for (int row = 0; row < batch.rows(); row++) {
                    closeTo(scores.logProbs()[row], at.get("token_logprobs").get(row), 1e-4);
                    closeTo(scores.entropies()[row], at.get("entropies").get(row), 1e-4);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void backward_meanOfCountedLabels_lossAndGradients(Path folder) {
        for (int kept : new int[] {0, 1, 9}) {
            try (CausalLm model = CausalLm.load(folder, OPTIONS.withKeptLayers(kept))) {
                checkCausalLm(model, expected(folder).get("causal_lm"));
            }
        }
    }

    private static void checkCausalLm(CausalLm model, JsonNode expected) {
        int rows = expected.get("input_ids").size();
        int[][] prompts = new int[rows][];
        int[][] completions = new int[rows][];
        for (int row = 0; row < rows; row++) {
            JsonNode ids = expected.get("input_ids").get(row);
            JsonNode labels = expected.get("labels").get(row);
            int[] real = positions(mask(expected.get("attention_mask"), row, ids.size()));
            // Labels are the ids from some position on.
            int first =
                    Arrays.stream(real)
                            .filter(i -> labels.get(i).intValue() != -100)
                            .findFirst()
                            .orElseThrow();
            prompts[row] = select(ids, Arrays.stream(real).filter(i -> i < first).toArray());
            completions[row] = select(ids, Arrays.stream(real).filter(i -> i >= first).toArray());
        }
        int counted = expected.get("label_tokens_counted").intValue();
        try (ForwardPass pass = model.forward(new TokenBatch(prompts, completions), 1.0)) {
            double loss = 0;
            float[][] slopes = pass.scores().logProbs().clone();
            for (int row = 0; row < rows; row++) {
                for (float value : slopes[row]) {
                    loss -= value / (double) counted;
                }
                slopes[row] = new float[slopes[row].length];
                Arrays.fill(slopes[row], -1f / counted);
            }
            assertThat(loss).isCloseTo(expected.get("loss").doubleValue(), relative(loss, 1e-5));
            model.backward(pass, slopes, null);
        }
        Map<String, float[]> gradients = model.gradientsByName();
        double sum = 0;
        JsonNode norms = expected.get("param_grad_norms");
        assertThat(norms.size()).isEqualTo(gradients.size());
        for (Map.Entry<String, float[]> gradient : gradients.entrySet()) {
            double norm = norm(gradient.getValue());
            double reference = norms.get(gradient.getKey()).doubleValue();
            assertThat(norm)
                    .as(gradient.getKey())
                    .isCloseTo(reference, within(Math.max(1e-6, 1e-3 * reference)));
            close(
                    gradient.getValue(),
                    expected.get("param_grad_first_values").get(gradient.getKey()),
                    1e-4 * reference + 1e-6);
            sum += norm * norm;
        }
        double total = Math.sqrt(sum);
        assertThat(total).isCloseTo(expected.get("grad_norm").doubleValue(), relative(total, 1e-4));
    }

    static JsonNode expected(Path folder) {
        try {
            return new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rows of a padded batch of prompts and completions. */
    static TokenBatch batch(JsonNode padded) {
        return new TokenBatch(
                unpadded(padded.get("prompt_ids"), padded.get("prompt_mask")),
                unpadded(padded.get("completion_ids"), padded.get("completion_mask")));
    }

    private static int[][] unpadded(JsonNode ids, JsonNode masks) {
        return IntStream.range(0, ids.size())
                .mapToObj(
                        row ->
                                select(
                                        ids.get(row),
                                        positions(mask(masks, row, ids.get(row).size()))))
                .toArray(int[][]::new);
    }

    private static int[] mask(JsonNode masks, int row, int length) {
        return IntStream.range(0, length)
                .map(i -> masks.isNull() ? 1 : masks.get(row).get(i).intValue())
                .toArray();
    }

    private static int[] positions(int[] mask) {
        return IntStream.range(0, mask.length).filter(i -> mask[i] == 1).toArray();
    }

    static int[] select(JsonNode values, int[] positions) {
        return Arrays.stream(positions).map(i -> values.get(i).intValue()).toArray();
    }

    private static double logSumExp(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += Math.exp(value);
        }
        return Math.log(sum);
    }

    static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static Offset<Double> relative(double value, double tolerance) {
        return within(Math.abs(value) * tolerance);
    }

    /** The first of the actual values against all expected ones. */
    private static void close(float[] actual, JsonNode expected, double tolerance) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat((double) actual[i])
                    .isCloseTo(expected.get(i).doubleValue(), within(tolerance));
        }
    }

    /** All actual values; beyond them the expected ones are padding. */
    private static void closeTo(float[] actual, JsonNode expected, double tolerance) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(expected.get(i).isNull()).isEqualTo(i >= actual.length);
            if (i < actual.length) {
                assertThat((double) actual[i])
                        .isCloseTo(expected.get(i).doubleValue(), within(tolerance));
            }
        }
    }
}
