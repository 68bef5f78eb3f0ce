package org.kindred.policy.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.KindredException;

/**
 * Rows of a {@link TokenBatch} as the script takes them: tokens one after the other without
 * padding, first each distinct prompt once, whatever the number of its completions, then the
 * completions without their last tokens, whose answers nobody asks for. Only attention works on
 * padded grids.
 *
 * @param tensors ids, rotary position of each slot of the grids, slot of each token, prompt of each
 *     completion, length of that prompt, size of the grids, tokens whose logits predict the
 *     targets, and targets: completion tokens of all rows, one row after the other
 * @param positions rotary positions in use
 * @param lengths completion tokens per row
 */
@SuppressWarnings("ArrayRecordComponent") // numbers by the million; never compared as a whole
record PackedBatch(NDList tensors, int positions, int[] lengths) {

    /** Takes rows {@code from} to {@code to} (exclusive). */
    static PackedBatch of(NDManager scope, TokenBatch batch, int from, int to) {
        Map<IntBuffer, Integer> numbers = new LinkedHashMap<>(); // equal by content
        List<int[]> prompts = new ArrayList<>();
        int[] owner = new int[to - from];
        for (int row = from; row < to; row++) {
            int[] prompt = batch.prompts()[row];
            int number = numbers.computeIfAbsent(IntBuffer.wrap(prompt), p -> prompts.size());
            if (number == prompts.size()) {
                prompts.add(prompt);
            }
            owner[row - from] = number;
        }
        int[][] completions = Arrays.copyOfRange(batch.completions(), from, to);
        return new Packing(prompts, owner, completions).pack(scope);
    }

    /** Prompts alone; the next token is to be predicted from the last one of each. */
    static PackedBatch ofPrompts(NDManager scope, List<int[]> prompts) {
        return new Packing(prompts, new int[0], new int[0][]).pack(scope);
    }

    /** The work of putting tokens into their places. */
    private static final class Packing {
        private final List<int[]> prompts;
        private final int[] owner;
        private final int[][] completions;
        private final int promptWidth;
        private final int completionWidth;
        private final long[] ids;
        private final long[] slots;
        private final long[] slotPositions;
        private int tokens;
        private int positions;

        Packing(List<int[]> prompts, int[] owner, int[][] completions) {
            this.prompts = prompts;
            this.owner = owner;
            this.completions = completions;
            int fed = 0;
            int longest = 0;
            for (int[] completion : completions) {
                fed += Math.max(0, completion.length - 1);
                longest = Math.max(longest, completion.length - 1);
            }
            completionWidth = longest;
            promptWidth = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
            fed += prompts.stream().mapToInt(prompt -> prompt.length).sum();
            ids = new long[fed];
            slots = new long[fed];
            slotPositions =
                    new long[prompts.size() * promptWidth + completions.length * completionWidth];
        }

        PackedBatch pack(NDManager scope) {
            int[] lastOfPrompt = new int[prompts.size()];
            for (int p = 0; p < lastOfPrompt.length; p++) {
                int[] prompt = prompts.get(p);
                append(prompt, prompt.length, p * promptWidth, 0);
                lastOfPrompt[p] = tokens - 1;
            }
            int[] lengths = Arrays.stream(completions).mapToInt(row -> row.length).toArray();
            long[] predictors = new long[Arrays.stream(lengths).sum()];
            long[] targets = new long[predictors.length];
            int next = 0;
            for (int row = 0; row < completions.length; row++) {
                int[] completion = completions[row];
                for (int i = 0; i < completion.length; i++) {
                    predictors[next] = i == 0 ? lastOfPrompt[owner[row]] : tokens + i - 1L;
                    targets[next++] = completion[i];
                }
                int start = prompts.size() * promptWidth + row * completionWidth;
                int before = prompts.get(owner[row]).length;
                append(completion, Math.max(0, completion.length - 1), start, before);
            }
            if (completions.length == 0) {
                predictors = Arrays.stream(lastOfPrompt).asLongStream().toArray();
            }
            NDList tensors =
                    new NDList(
                            scope.create(ids),
                            scope.create(slotPositions),
                            scope.create(slots),
                            scope.create(Arrays.stream(owner).asLongStream().toArray()),
                            scope.create(
                                    Arrays.stream(owner)
                                            .mapToLong(p -> prompts.get(p).length)
                                            .toArray()),
                            scope.create(new long[] {promptWidth, completionWidth}),
                            scope.create(predictors),
                            scope.create(targets));
            return new PackedBatch(tensors, positions, lengths);
        }

        private void append(int[] row, int length, int slot, int position) {
            for (int i = 0; i < length; i++) {
                ids[tokens] = row[i];
                slots[tokens++] = slot + (long) i;
                slotPositions[slot + i] = position + (long) i;
            }
            positions = Math.max(positions, position + length);
        }
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
        float[] flat = new float[Arrays.stream(lengths).sum()];
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
