package org.kindred.policy.rollout;

/**
 * A sampled continuation.
 *
 * @param tokens up to and including the first end-of-sequence token, if that was reached
 * @param logProbs of the tokens at the sampling temperature, before any filter
 * @param finished whether it ended by itself; false: cut at the length limit
 */
@SuppressWarnings("ArrayRecordComponent") // numbers by the million; never compared as a whole
public record Completion(int[] tokens, float[] logProbs, boolean finished) {}
