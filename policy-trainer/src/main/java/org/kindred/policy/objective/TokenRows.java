package org.kindred.policy.objective;

import org.jspecify.annotations.Nullable;

/**
 * Completions with what the loss needs to know of their tokens. Rows may differ in length; values
 * where {@code mask} is false are never read and may be NaN.
 *
 * @param logProbs [rows][tokens] of the policy that is trained, at the sampling temperature
 * @param oldLogProbs [rows][tokens] of the policy that sampled; null if that is the trained policy
 *     at this moment, which makes every ratio 1 with its gradient
 * @param referenceLogProbs [rows][tokens] of the frozen reference; null without a KL term
 * @param sampledLogProbs [rows][tokens] as the sampler saw them, where it computes otherwise than
 *     the policy at that moment (another precision); null if they are the old ones
 * @param entropies [rows][tokens] in nats, of the policy that is trained
 * @param advantages [rows]
 * @param mask [rows][tokens] true for tokens that count
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to compute with, never compared as a value
public record TokenRows(
        double[][] logProbs,
        double @Nullable [][] oldLogProbs,
        double @Nullable [][] referenceLogProbs,
        double @Nullable [][] sampledLogProbs,
        double[][] entropies,
        double[] advantages,
        boolean[][] mask) {

    public TokenRows {
        requireRows("entropies", entropies.length, logProbs.length);
        requireRows("advantages", advantages.length, logProbs.length);
        requireRows("mask", mask.length, logProbs.length);
        for (int row = 0; row < logProbs.length; row++) {
            requireTokens("entropies", entropies[row].length, row, logProbs);
            requireTokens("mask", mask[row].length, row, logProbs);
            if (oldLogProbs != null) {
                requireTokens("oldLogProbs", oldLogProbs[row].length, row, logProbs);
            }
            if (referenceLogProbs != null) {
                requireTokens("referenceLogProbs", referenceLogProbs[row].length, row, logProbs);
            }
            if (sampledLogProbs != null) {
                requireTokens("sampledLogProbs", sampledLogProbs[row].length, row, logProbs);
            }
        }
    }

    /** How many rows. */
    public int size() {
        return logProbs.length;
    }

    /** How many tokens count. */
    public int tokens() {
        int tokens = 0;
        for (boolean[] row : mask) {
            tokens += count(row);
        }
        return tokens;
    }

    static int count(boolean[] row) {
        int count = 0;
        for (boolean counts : row) {
            count += counts ? 1 : 0;
        }
        return count;
    }

    private static void requireRows(String field, int found, int expected) {
        if (found != expected) {
            throw new IllegalArgumentException(
                    field + " has " + found + " rows, logProbs has " + expected);
        }
    }

    private static void requireTokens(String field, int found, int row, double[][] logProbs) {
        if (found != logProbs[row].length) {
            throw new IllegalArgumentException(
                    field
                            + " has "
                            + found
                            + " tokens in row "
                            + row
                            + ", logProbs has "
                            + logProbs[row].length);
        }
    }
}
