package org.kindred.policy.model;

import org.kindred.datasets.KindredException;

/**
 * Prompts and their completions as token ids, one row each, without padding. Only completion tokens
 * are scored. The arrays are not copied.
 *
 * @param prompts {@code [rows][prompt tokens]}, at least one token each: the first completion token
 *     is predicted from the last prompt token
 * @param completions {@code [rows][completion tokens]}; a row may be empty, not all of them
 */
@SuppressWarnings("ArrayRecordComponent") // numbers by the million; never compared as a whole
public record TokenBatch(int[][] prompts, int[][] completions) {
    public TokenBatch {
        if (prompts.length != completions.length) {
            throw new KindredException(
                    "Token batch: "
                            + prompts.length
                            + " prompts but "
                            + completions.length
                            + " completions; give one completion per prompt");
        }
        int scored = 0;
        for (int row = 0; row < prompts.length; row++) {
            if (prompts[row].length == 0) {
                throw new KindredException(
                        "Token batch: the prompt of row "
                                + row
                                + " is empty; it needs at least one token (the tokenizer's"
                                + " begin-of-text, for example)");
            }
            scored += completions[row].length;
        }
        if (scored == 0) {
            throw new KindredException(
                    "Token batch: none of its " + prompts.length + " rows has a completion token");
        }
    }

    public int rows() {
        return prompts.length;
    }

    /** Completion tokens of all rows together. */
    public int completionTokens() {
        int sum = 0;
        for (int[] completion : completions) {
            sum += completion.length;
        }
        return sum;
    }
}
