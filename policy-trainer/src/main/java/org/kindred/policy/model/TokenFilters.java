package org.kindred.policy.model;

/**
 * What stands between the logits and a draw, in this order: repetition penalty, temperature, top-k,
 * top-p, min-p. Neutral values (1, 1, 0, 1, 0) leave the distribution as it is.
 *
 * @param temperature divides the logits; 0 takes the likeliest token
 * @param topK keeps the k largest logits, and what ties with the last; 0 keeps all
 * @param topP drops tokens in ascending order of probability while their sum is at most {@code 1 -
 *     topP}; at least one stays
 * @param minP drops tokens below this share of the largest probability
 * @param repetitionPenalty divides positive and multiplies negative logits of ids that occurred in
 *     prompt or completion, once each; above 1 discourages
 */
public record TokenFilters(
        double temperature, int topK, double topP, double minP, double repetitionPenalty) {
    public TokenFilters {
        require(
                temperature >= 0 && Double.isFinite(temperature),
                "temperature",
                temperature,
                "0 (likeliest token) or more");
        require(topK >= 0, "topK", topK, "0 (all) or more");
        require(topP > 0 && topP <= 1, "topP", topP, "in (0, 1]");
        require(minP >= 0 && minP < 1, "minP", minP, "in [0, 1)");
        require(
                repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
                "repetitionPenalty",
                repetitionPenalty,
                "positive (1 is neutral)");
    }

    boolean penalises() {
        return repetitionPenalty != 1;
    }

    private static void require(boolean holds, String name, double value, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " = " + value + ": must be " + allowed);
        }
    }
}
