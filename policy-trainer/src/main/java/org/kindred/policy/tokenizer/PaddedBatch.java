package org.kindred.policy.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * Rows of token ids brought to the length of the longest.
 *
 * @param ids {@code [rows, length]}
 * @param mask {@code [rows, length]}, 1 for a real token, 0 for padding
 */
@SuppressWarnings("ArrayRecordComponent") // handed to tensors as they are; never compared
public record PaddedBatch(int[][] ids, int[][] mask) {

    /** Where the padding goes: prompts are padded on the left, completions on the right. */
    public enum Side {
        LEFT,
        RIGHT
    }

    public static PaddedBatch of(List<int[]> rows, Side side, int padId) {
        int length = rows.stream().mapToInt(row -> row.length).max().orElse(0);
        int[][] ids = new int[rows.size()][length];
        int[][] mask = new int[rows.size()][length];
        for (int i = 0; i < rows.size(); i++) {
            int[] row = rows.get(i);
            int start = side == Side.LEFT ? length - row.length : 0;
            Arrays.fill(ids[i], padId);
            System.arraycopy(row, 0, ids[i], start, row.length);
            Arrays.fill(mask[i], start, start + row.length, 1);
        }
        return new PaddedBatch(ids, mask);
    }
}
