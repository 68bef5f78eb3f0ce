package org.kindred.policy.advantage;

import org.jspecify.annotations.Nullable;

/**
 * What the reward functions said of one prompt's completions.
 *
 * @param promptId orders the prompts of a group inside a step
 * @param group preference group of the prompt's user
 * @param user key of that user, null if unknown; only the cap on a user's share reads it
 * @param scores [functions][completions], NaN where a function gave none
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to compute with, never compared as a value
public record PromptScores(
        String promptId, String group, @Nullable String user, double[][] scores) {

    public PromptScores {
        if (scores.length == 0) {
            throw new IllegalArgumentException("scores: at least one reward function is needed");
        }
        for (double[] row : scores) {
            if (row.length != scores[0].length) {
                throw new IllegalArgumentException(
                        "scores of prompt "
                                + promptId
                                + ": functions judged "
                                + scores[0].length
                                + " and "
                                + row.length
                                + " completions; all must judge the same");
            }
        }
    }

    /** How many completions the prompt has, scored or not. */
    public int completions() {
        return scores[0].length;
    }

    /**
     * Weighted sum over the functions that scored completion {@code index}.
     *
     * @return NaN if none did
     */
    public double total(int index, double[] weights) {
        double total = 0;
        boolean scored = false;
        for (int function = 0; function < scores.length; function++) {
            double score = scores[function][index];
            if (!Double.isNaN(score)) {
                total += weights[function] * score;
                scored = true;
            }
        }
        return scored ? total : Double.NaN;
    }
}
