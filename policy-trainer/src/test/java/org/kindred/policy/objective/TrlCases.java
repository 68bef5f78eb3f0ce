package org.kindred.policy.objective;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.Fixtures;

/** Reads the recorded cases of TRL's loss into our types. */
public final class TrlCases {

    private TrlCases() {}

    public static ObjectiveOptions options(JsonNode example) {
        return new ObjectiveOptions(
                LossType.parse(example.get("loss_type").asText()),
                ImportanceLevel.parse(example.path("importance_sampling_level").asText("token")),
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
}
