package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.kindred.datasets.KindredException;

/**
 * Rows of a {@link TokenBatch} as arrays: prompt and completion one after the other from the left
 * edge, padding behind them. A causal model never looks at what follows, so no mask is needed, and
 * the scores are those of a batch whose prompts are padded on the left (up to rounding: rotary
 * positions act by their differences only).
 *
 * @param ids {@code [rows, tokens]}
 * @param positions flat positions in {@code ids} whose logits predict the targets, {@code [n]}
 * @param targets completion tokens of all rows, one row after the other, {@code [n]}
 * @param lengths completion tokens per row
 */
record PackedBatch(NDArray ids, NDArray positions, NDArray targets, int[] lengths) {

    /** Takes rows {@code from} to {@code to} (exclusive); at least one must have a completion. */
    static PackedBatch of(NDManager owner, TokenBatch batch, int from, int to) {
        int longest = 0;
        int scored = 0;
        int[] lengths = new int[to - from];
        for (int row = from; row < to; row++) {
            lengths[row - from] = batch.completions()[row].length;
            longest = Math.max(longest, batch.prompts()[row].length + lengths[row - from]);
            scored += lengths[row - from];
        }
        long[] ids = new long[(to - from) * longest];
        long[] positions = new long[scored];
        long[] targets = new long[scored];
        int next = 0;
        for (int row = from; row < to; row++) {
            int at = (row - from) * longest;
            for (int token : batch.prompts()[row]) {
                ids[at++] = token;
            }
            for (int token : batch.completions()[row]) {
                positions[next] = at - 1;
                targets[next++] = token;
                ids[at++] = token;
            }
        }
        return new PackedBatch(
                owner.create(ids, new Shape(to - from, longest)),
                owner.create(positions),
                owner.create(targets),
                lengths);
    }

    /** Checks every token and the length of every row. */
    static void check(TokenBatch batch, ModelConfig config) {
        for (int row = 0; row < batch.rows(); row++) {
            checkTokens("prompt of row " + row, batch.prompts()[row], config);
            checkTokens("completion of row " + row, batch.completions()[row], config);
            checkLength(
                    "row " + row,
                    batch.prompts()[row].length,
                    batch.completions()[row].length,
                    config);
        }
    }

    /** Checks a prompt that is to be continued by at most {@code newTokens}. */
    static void checkPrompt(String what, int[] prompt, int newTokens, ModelConfig config) {
        if (prompt.length == 0) {
            throw new KindredException(
                    "Token batch: " + what + " is empty; it needs at least one token");
        }
        checkTokens(what, prompt, config);
        checkLength(what, prompt.length, newTokens, config);
    }

    /** Checks that prompt and completion fit into the model's context together. */
    private static void checkLength(String what, int prompt, int completion, ModelConfig config) {
        if ((long) prompt + completion > config.maxPositionEmbeddings()) {
            throw new KindredException(
                    "Token batch: "
                            + what
                            + " has "
                            + prompt
                            + " prompt tokens and room for "
                            + completion
                            + " completion tokens; the model's context is "
                            + config.maxPositionEmbeddings()
                            + " tokens together. Shorten the prompt or the completion");
        }
    }

    /** Checks that all ids are in the vocabulary. */
    private static void checkTokens(String what, int[] tokens, ModelConfig config) {
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= config.vocabSize()) {
                throw new KindredException(
                        "Token batch: "
                                + what
                                + ", token "
                                + i
                                + " has id "
                                + tokens[i]
                                + "; the model's vocabulary is 0 to "
                                + (config.vocabSize() - 1)
                                + ". Check that tokenizer and model belong together");
            }
        }
    }

    /**
     * Where a chunk that starts at {@code from} ends: at most so many padded tokens, at least one
     * row.
     */
    static int chunkEnd(TokenBatch batch, int from, int tokens) {
        int width = 0;
        int to = from;
        while (to < batch.rows()) {
            width = Math.max(width, batch.prompts()[to].length + batch.completions()[to].length);
            if (to > from && (to + 1L - from) * width > tokens) {
                break;
            }
            to++;
        }
        return to;
    }

    /** Tokens of the longest row. */
    int width() {
        return (int) ids.getShape().get(1);
    }

    /** Cuts what the script returned into rows, put at row {@code from}. */
    void fill(TokenScores scores, NDList results, int from) {
        split(results.get(0).toFloatArray(), scores.logProbs(), from);
        split(results.get(1).toFloatArray(), scores.entropies(), from);
    }

    private void split(float[] flat, float[][] rows, int from) {
        int at = 0;
        for (int i = 0; i < lengths.length; i++) {
            rows[from + i] = new float[lengths[i]];
            System.arraycopy(flat, at, rows[from + i], 0, lengths[i]);
            at += lengths[i];
        }
    }

    /** One value per target, with a check of the shape. */
    float[] join(String what, float[][] rows) {
        if (rows.length != lengths.length) {
            throw new KindredException(
                    what + ": " + rows.length + " rows; the batch has " + lengths.length);
        }
        float[] flat = new float[Math.toIntExact(targets.size())];
        int at = 0;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != lengths[i]) {
                throw new KindredException(
                        what
                                + ": row "
                                + i
                                + " has "
                                + rows[i].length
                                + " values; its completion has "
                                + lengths[i]
                                + " tokens");
            }
            System.arraycopy(rows[i], 0, flat, at, lengths[i]);
            at += lengths[i];
        }
        return flat;
    }
}
