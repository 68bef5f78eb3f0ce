package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Padded rows of the reference files as ragged ones, and back. */
final class Rows {
    private Rows() {}

    static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Positions that a mask leaves; all where it is null. */
    static int[] real(JsonNode masks, int row, int length) {
        return IntStream.range(0, length)
                .filter(i -> masks.isNull() || masks.get(row).get(i).intValue() == 1)
                .toArray();
    }

    static int[] select(JsonNode values, int[] positions) {
        return Arrays.stream(positions).map(i -> values.get(i).intValue()).toArray();
    }

    private static int[][] unpadded(JsonNode ids, JsonNode masks) {
        return IntStream.range(0, ids.size())
                .mapToObj(row -> select(ids.get(row), real(masks, row, ids.get(row).size())))
                .toArray(int[][]::new);
    }

    /** {@code prompt_ids}, {@code completion_ids} and their masks. */
    static TokenBatch completions(JsonNode node) {
        return new TokenBatch(
                unpadded(node.get("prompt_ids"), node.get("prompt_mask")),
                unpadded(node.get("completion_ids"), node.get("completion_mask")));
    }

    /**
     * {@code input_ids}, {@code labels}: what is counted is the completion, at least token 1 on.
     */
    static TokenBatch labelled(JsonNode node) {
        int rows = node.get("input_ids").size();
        int[][] prompts = new int[rows][];
        int[][] completions = new int[rows][];
        for (int row = 0; row < rows; row++) {
            JsonNode ids = node.get("input_ids").get(row);
            JsonNode labels = node.get("labels").get(row);
            int[] real = real(node.get("attention_mask"), row, ids.size());
            int first = 1;
            while (labels.get(real[first]).intValue() == -100) {
                first++;
            }
            prompts[row] = select(ids, Arrays.copyOf(real, first));
            completions[row] = select(ids, Arrays.copyOfRange(real, first, real.length));
        }
        return new TokenBatch(prompts, completions);
    }

    /** Mean of minus the log-probabilities; its slopes go into the gradients. */
    static double meanLoss(CausalLm model, TokenBatch batch, boolean backward) {
        int counted = batch.completionTokens();
        try (ForwardPass pass = model.forward(batch, 1.0)) {
            double loss = 0;
            float[][] slopes = new float[batch.rows()][];
            for (int row = 0; row < slopes.length; row++) {
                for (float value : pass.scores().logProbs()[row]) {
                    loss -= value / (double) counted;
                }
                slopes[row] = new float[batch.completions()[row].length];
                Arrays.fill(slopes[row], -1f / counted);
            }
            if (backward) {
                model.backward(pass, slopes, null);
            }
            return loss;
        }
    }

    /** The first of the actual values against all expected ones. */
    static void assertFirst(float[] actual, JsonNode expected, double tolerance) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat((double) actual[i])
                    .isCloseTo(expected.get(i).doubleValue(), within(tolerance));
        }
    }

    /** All actual values; beyond them the expected ones are padding. */
    static void assertAll(float[] actual, JsonNode expected, double tolerance) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(expected.get(i).isNull()).isEqualTo(i >= actual.length);
            if (i < actual.length) {
                assertThat((double) actual[i])
                        .isCloseTo(expected.get(i).doubleValue(), within(tolerance));
            }
        }
    }
}
