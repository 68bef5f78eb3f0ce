package org.kindred.policy.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.options.Spelling;
import org.kindred.policy.Fixtures;

/** Reads the recorded cases of TRL's loss into our types. */
public final class TrlCases {

    private TrlCases() {}

    public static ObjectiveOptions options(JsonNode example) {
        return new ObjectiveOptions(
                Spelling.parse(LossType.class, "value", example.get("loss_type").asText()),
                Spelling.parse(
                        ImportanceLevel.class,
                        "value",
                        example.path("importance_sampling_level").asText("token")),
                example.get("epsilon").asDouble(),
                number(example, "epsilon_high"),
                number(example, "delta"),
                example.get("use_bias_correction_kl").asBoolean(),
                example.path("top_entropy_quantile").asDouble(1),
                number(example, "off_policy_mask_threshold"),
                2);
    }

    private static @Nullable Double number(JsonNode example, String field) {
        JsonNode node = example.get(field);
        return node == null || node.isNull() ? null : Double.valueOf(node.asDouble());
    }

    /** The recorded log-probabilities of the policy itself. */
    static TokenRows rows(JsonNode set, JsonNode example) {
        return rows(
                set,
                example,
                Fixtures.matrix(set.get("policy_per_token_logps")),
                Fixtures.matrix(set.get("policy_entropies")));
    }

    /** With log-probabilities and entropies computed elsewhere. */
    public static TokenRows rows(
            JsonNode set, JsonNode example, double[][] logProbs, double[][] entropies) {
        JsonNode inputs = set.get("inputs");
        boolean oldGiven = example.get("old_logps_given").asBoolean();
        return new TokenRows(
                logProbs,
                oldGiven ? Fixtures.matrix(inputs.get("old_per_token_logps")) : null,
                Fixtures.matrix(inputs.get("ref_per_token_logps")),
                null,
                entropies,
                Fixtures.doubles(inputs.get("advantages")),
                mask(
                        example.has("mask_override")
                                ? example.get("mask_override")
                                : inputs.get("completion_mask")));
    }

    public static boolean[][] mask(JsonNode zerosAndOnes) {
        boolean[][] mask = new boolean[zerosAndOnes.size()][];
        for (int i = 0; i < mask.length; i++) {
            int[] row = Fixtures.ints(zerosAndOnes.get(i));
            mask[i] = new boolean[row.length];
            for (int t = 0; t < row.length; t++) {
                mask[i][t] = row[t] == 1;
            }
        }
        return mask;
    }

    public static Divisors divisors(TokenRows rows, JsonNode example) {
        double items = example.path("num_items_in_batch").asDouble(rows.tokens());
        double longest = example.path("max_completion_length").asDouble(12);
        return new Divisors(rows.size(), rows.tokens(), items, longest);
    }

    /** Log-probabilities of the policy are recorded at temperature 1 only. */
    public static boolean recordedAtTemperature1(JsonNode example) {
        return example.get("temperature").asText().equals("1.0");
    }

    /** The cases of a set, each with the set's defaults where it names no value. */
    public static List<JsonNode> withDefaults(JsonNode set) {
        List<JsonNode> cases = new ArrayList<>();
        for (JsonNode given : set.get("cases")) {
            ObjectNode example = set.get("trainer_defaults").deepCopy();
            given.properties().forEach(f -> example.set(f.getKey(), f.getValue()));
            cases.add(example);
        }
        return cases;
    }

    /** Compares loss and metrics of a case recorded at temperature 1. */
    public static void check(JsonNode set, JsonNode example) {
        TokenRows rows = rows(set, example);
        ObjectiveOptions options = options(example);
        double beta = example.get("beta").asDouble();
        double entropyCoefficient = example.path("entropy_coef").asDouble(0);
        LossStatistics statistics = new LossStatistics(options);
        new Objective(options)
                .evaluate(rows, divisors(rows, example), beta, entropyCoefficient, statistics);
        double expected = example.get("loss").asDouble();
        assertThat(statistics.loss())
                .isCloseTo(expected, within(Math.max(2e-6, 1e-5 * Math.abs(expected))));
        Map<String, Double> metrics = statistics.metrics(beta, entropyCoefficient);
        example.get("metrics").properties().forEach(metric -> assertMetric(metrics, metric));
    }

    private static void assertMetric(
            Map<String, Double> metrics, Map.Entry<String, JsonNode> expected) {
        @Nullable Double actual = metrics.get(expected.getKey());
        assertThat(actual).as(expected.getKey()).isNotNull();
        double value = expected.getValue().asDouble();
        assertThat(actual)
                .as(expected.getKey())
                .isCloseTo(value, within(Math.max(2e-6, 1e-5 * Math.abs(value))));
    }
}
