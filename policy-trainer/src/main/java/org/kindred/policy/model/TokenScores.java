package org.kindred.policy.model;

/**
 * What a model thinks of the completion tokens of a {@link TokenBatch}, from its logits divided by
 * a temperature; unfiltered, as a loss sees them.
 *
 * @param logProbs {@code log p(token | everything before it)}, {@code [rows][completion tokens]}
 * @param entropies {@code -sum p log p} of the same distribution in nats, same shape
 */
@SuppressWarnings("ArrayRecordComponent") // numbers by the million; never compared as a whole
public record TokenScores(float[][] logProbs, float[][] entropies) {}
