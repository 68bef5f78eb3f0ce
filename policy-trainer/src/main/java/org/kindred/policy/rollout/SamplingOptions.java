package org.kindred.policy.rollout;

import org.kindred.policy.model.TokenFilters;

/**
 * How completions are drawn. Filters act in the order repetition penalty, temperature, top-k,
 * top-p, min-p; {@link TokenFilters} says what each does.
 *
 * @param maxNewTokens length limit
 * @param temperature divides the logits; 0 takes the likeliest token
 * @param topK 0 keeps all tokens
 * @param topP 1 keeps all tokens
 * @param minP 0 keeps all tokens
 * @param repetitionPenalty 1 is neutral
 */
public record SamplingOptions(
        int maxNewTokens,
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty) {
    public SamplingOptions {
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException(
                    "maxNewTokens = " + maxNewTokens + ": must be 1 or more");
        }
        new TokenFilters(temperature, topK, topP, minP, repetitionPenalty); // checks the others
    }

    /** TRL's values: up to 512 tokens from the model's own distribution. */
    public static SamplingOptions defaults() {
        return new SamplingOptions(512, 1.0, 0, 1.0, 0.0, 1.0);
    }

    /** The likeliest token each time. */
    public static SamplingOptions greedy(int maxNewTokens) {
        return new SamplingOptions(maxNewTokens, 0.0, 0, 1.0, 0.0, 1.0);
    }

    TokenFilters filters() {
        return new TokenFilters(temperature, topK, topP, minP, repetitionPenalty);
    }
}
