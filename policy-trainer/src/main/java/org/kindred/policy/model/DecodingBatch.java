package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.kindred.datasets.KindredException;

/**
 * Rows that are decoded together, with their cache of keys and values. Prompts are padded on the
 * left, each is computed once and its cache copied to its rows; positions count from the first real
 * token. Owns native memory; close it.
 */
public final class DecodingBatch implements AutoCloseable {
    private final NDManager scope;
    private final ScriptModule script;
    private final NDArray embedding;
    private final NDList tables;
    private final NDList matrices;
    private final NDArray knobs;
    private final NDArray stop;
    private final int slots;
    private int slot;
    private boolean ended;
    private NDArray hidden;
    private NDArray finished;
    private NDArray starts;
    private NDArray mask;
    private NDArray seen;
    private NDList cache;

    /**
     * What one call decoded.
     *
     * @param tokens {@code [rows][steps done]}, padding after the end of a row; fewer steps than
     *     asked for if all rows ended
     * @param logProbs of the tokens under logits divided by the temperature (undivided where that
     *     is 0), before any filter; 0 after the end of a row
     * @param finished which rows have ended
     */
    @SuppressWarnings("ArrayRecordComponent") // read at once, never compared
    public record Block(long[][] tokens, float[][] logProbs, boolean[] finished) {}

    /** Fills the cache; arguments as in {@link CausalLm#decode}, already checked. */
    DecodingBatch(
            NDManager scope,
            ScriptModule script,
            NDList weights,
            NDList tables,
            List<int[]> prompts,
            int[] promptOfRow,
            int newTokens,
            TokenFilters filters,
            int[] stopIds,
            int vocabulary) {
        this.scope = scope;
        this.script = script;
        this.tables = tables;
        int width = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        int rows = promptOfRow.length;
        slots = width + newTokens;
        slot = width;
        long[] padding = prompts.stream().mapToLong(prompt -> width - prompt.length).toArray();
        long[] left = new long[prompts.stream().mapToInt(prompt -> prompt.length).sum()];
        int token = 0;
        for (int p = 0; p < padding.length; p++) {
            for (long slot = padding[p]; slot < width; slot++) {
                left[token++] = (long) p * width + slot;
            }
        }
        embedding = weights.get(0);
        knobs =
                scope.create(
                        new double[] {
                            filters.temperature(),
                            filters.topK(),
                            filters.topP(),
                            filters.minP(),
                            filters.repetitionPenalty()
                        });
        stop = scope.create(Arrays.stream(stopIds).asLongStream().toArray());
        finished = scope.zeros(new Shape(rows), DataType.BOOLEAN);
        starts = scope.create(Arrays.stream(promptOfRow).mapToLong(p -> padding[p]).toArray());
        seen = scope.create(seen(filters, prompts, promptOfRow, vocabulary));
        NDList start =
                script.call(
                        scope,
                        "prefill",
                        false,
                        PackedBatch.ofPrompts(scope, prompts).tensors(),
                        scope.create(left),
                        starts,
                        scope.create(Arrays.stream(promptOfRow).asLongStream().toArray()),
                        scope.create((long) slots),
                        tables.get(0),
                        tables.get(1),
                        weights);
        hidden = start.get(0);
        mask = start.get(1);
        cache = new NDList(start.subList(2, start.size()));
        matrices = script.call(scope, "pack", false, weights);
    }

    private static boolean[][] seen(
            TokenFilters filters, List<int[]> prompts, int[] promptOfRow, int vocabulary) {
        if (!filters.penalises()) {
            return new boolean[1][1];
        }
        boolean[][] seen = new boolean[promptOfRow.length][vocabulary];
        for (int row = 0; row < seen.length; row++) {
            for (int token : prompts.get(promptOfRow[row])) {
                seen[row][token] = true;
            }
        }
        return seen;
    }

    /** How many more tokens can be decoded: cache slots left, or 0 if all rows have ended. */
    public int remaining() {
        return ended ? 0 : slots - slot;
    }

    /**
     * Decodes some tokens of every row.
     *
     * @param uniforms {@code [steps][rows]}, each inside (0, 1) and a multiple of 2^-23 at least:
     *     the draw of each token. At most {@link #remaining()} steps
     */
    public Block next(float[][] uniforms) {
        if (uniforms.length == 0 || uniforms.length > remaining()) {
            throw new IllegalArgumentException(
                    uniforms.length + " steps: must be 1 to " + remaining());
        }
        NDArray position = scope.create((long) slot);
        NDArray draws = scope.create(uniforms);
        NDList results =
                script.call(
                        scope,
                        "decode",
                        false,
                        hidden,
                        finished,
                        position,
                        starts,
                        draws,
                        knobs,
                        stop,
                        seen,
                        tables.get(0),
                        tables.get(1),
                        mask,
                        embedding,
                        matrices,
                        cache);
        slot += uniforms.length;
        new NDList(hidden, finished, position, draws).close();
        hidden = results.get(2);
        finished = results.get(3);
        Block block = block(results.get(0), results.get(1));
        new NDList(results.get(0), results.get(1)).close();
        return block;
    }

    private Block block(NDArray tokens, NDArray logProbs) {
        int rows = (int) tokens.getShape().get(0);
        int steps = (int) tokens.getShape().get(1);
        long[] flatTokens = tokens.toLongArray();
        float[] flatLogProbs = logProbs.toFloatArray();
        long[][] rowTokens = new long[rows][];
        float[][] rowLogProbs = new float[rows][];
        for (int row = 0; row < rows; row++) {
            rowTokens[row] = Arrays.copyOfRange(flatTokens, row * steps, (row + 1) * steps);
            rowLogProbs[row] = Arrays.copyOfRange(flatLogProbs, row * steps, (row + 1) * steps);
            for (float value : rowLogProbs[row]) {
                if (!Float.isFinite(value)) {
                    throw new KindredException(
                            "Decoding: the log-probability of a token is "
                                    + value
                                    + "; the model's weights have diverged. Go back to an earlier"
                                    + " checkpoint and lower the learning rate");
                }
            }
        }
        boolean[] finishedRows = finished.toBooleanArray();
        ended = true;
        for (boolean row : finishedRows) {
            ended &= row;
        }
        return new Block(rowTokens, rowLogProbs, finishedRows);
    }

    /** Goes on with these rows only, in this order; frees the memory of the others. */
    public void retain(int[] rows) {
        NDArray kept = scope.create(Arrays.stream(rows).asLongStream().toArray());
        boolean tracking = seen.getShape().get(1) > 1;
        NDList state = new NDList(hidden, finished, starts, mask);
        if (tracking) {
            state.add(seen);
        }
        int fixed = state.size();
        state.addAll(cache);
        NDList taken = script.call(scope, "take", false, kept, state);
        state.close();
        kept.close();
        hidden = taken.get(0);
        finished = taken.get(1);
        starts = taken.get(2);
        mask = taken.get(3);
        seen = tracking ? taken.get(4) : seen;
        cache = new NDList(taken.subList(fixed, taken.size()));
    }

    @Override
    public void close() {
        scope.close();
    }
}
