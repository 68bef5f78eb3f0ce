package org.kindred.policy.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.kindred.policy.Fixtures;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.ForwardPass;
import org.kindred.policy.model.TokenBatch;

/**
 * Losses and gradient norms of TRL 1.13.0 with the log-probabilities of our own engine, at every
 * temperature of the recorded cases. Loss to 3e-5, since VESPO multiplies what log-probabilities of
 * float32 differ by, gradient norm to 1e-3 relative.
 */
public final class EngineLosses {
    private static final AdamWOptions NO_CLIPPING = new AdamWOptions(0.9, 0.999, 1e-8, 0, 0);

    private EngineLosses() {}

    /** Compares all cases of a set that was recorded with the model of a folder. */
    public static void checkAll(Path folder, JsonNode set, List<JsonNode> cases) {
        try (CausalLm model = CausalLm.load(folder, TinyPolicy.ENGINE)) {
            for (JsonNode example : cases) {
                check(model, set, example);
            }
        }
    }

    private static void check(CausalLm model, JsonNode set, JsonNode example) {
        JsonNode inputs = set.get("inputs");
        boolean[][] real = TrlCases.mask(inputs.get("completion_mask"));
        TokenBatch batch =
                new TokenBatch(
                        kept(inputs.get("prompt_ids"), TrlCases.mask(inputs.get("prompt_mask"))),
                        kept(inputs.get("completion_ids"), real));
        try (ForwardPass pass = model.forward(batch, example.get("temperature").asDouble())) {
            TokenRows rows =
                    TrlCases.rows(
                            set,
                            example,
                            padded(pass.scores().logProbs(), real),
                            padded(pass.scores().entropies(), real));
            ObjectiveOptions options = TrlCases.options(example);
            LossStatistics statistics = new LossStatistics(options);
            Objective.Gradient gradient =
                    new Objective(options)
                            .evaluate(
                                    rows,
                                    TrlCases.divisors(rows, example),
                                    example.get("beta").asDouble(),
                                    example.path("entropy_coef").asDouble(0),
                                    statistics);
            model.backward(
                    pass, unpadded(gradient.dLogProb(), real), unpadded(gradient.dEntropy(), real));
            double norm = model.step(0, NO_CLIPPING); // rate 0: the weights stay
            double loss = example.get("loss").asDouble();
            assertThat(statistics.loss())
                    .as("loss of %s", example)
                    .isCloseTo(loss, within(Math.max(2e-6, 3e-5 * Math.abs(loss))));
            double expectedNorm = example.get("grad_norm").asDouble();
            assertThat(norm)
                    .as("gradient norm of %s", example)
                    .isCloseTo(expectedNorm, within(Math.max(1e-6, 1e-3 * expectedNorm)));
        }
    }

    private static int[][] kept(JsonNode padded, boolean[][] mask) {
        int[][] rows = new int[mask.length][];
        for (int i = 0; i < mask.length; i++) {
            int[] row = Fixtures.ints(padded.get(i));
            boolean[] real = mask[i];
            rows[i] =
                    java.util.stream.IntStream.range(0, row.length)
                            .filter(t -> real[t])
                            .map(t -> row[t])
                            .toArray();
        }
        return rows;
    }

    /** Completions are padded on the right. */
    private static double[][] padded(float[][] rows, boolean[][] mask) {
        double[][] padded = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            padded[i] = new double[mask[i].length];
            Arrays.fill(padded[i], Double.NaN);
            for (int t = 0; t < rows[i].length; t++) {
                padded[i][t] = rows[i][t];
            }
        }
        return padded;
    }

    private static float[][] unpadded(double[][] rows, boolean[][] mask) {
        float[][] kept = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            kept[i] = new float[TokenRows.count(mask[i])];
            for (int t = 0; t < kept[i].length; t++) {
                kept[i][t] = (float) rows[i][t];
            }
        }
        return kept;
    }
}
