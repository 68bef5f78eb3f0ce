package org.kindred.eval.alignment;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How far a policy went from the one it started from, and whether it still knows the language: the
 * guard against rewards that are bought with broken text.
 *
 * @param klToReference mean of {@code log p(token) - log p_reference(token)} over the tokens of the
 *     policy's own completions, in nats a token; an estimate of the Kullback-Leibler divergence, 0
 *     for the reference itself
 * @param perplexity exp of the mean negative log-likelihood a token of texts that no training read
 * @param perplexityRatio perplexity by that of the reference; above 1.1 the gain in reward should
 *     not be believed before the completions were read
 */
public record Drift(
        String policy,
        @JsonProperty("kl_to_reference") double klToReference,
        double perplexity,
        @JsonProperty("perplexity_ratio") double perplexityRatio) {}
