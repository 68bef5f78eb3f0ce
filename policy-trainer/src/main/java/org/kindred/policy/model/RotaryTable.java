package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Cosines and sines of the rotary embedding, {@code [positions, head dimension]}, grown on demand.
 * Both halves of a row hold the same angles; the sines of the first half carry the minus of the
 * rotation. Angles are products of float32 numbers, as in transformers.
 */
final class RotaryTable {
    private final NDManager owner;
    private final ModelConfig config;
    private final boolean low;
    private NDList tables = new NDList();
    private int positions;

    /**
     * @param low tables in bfloat16
     */
    RotaryTable(NDManager owner, ModelConfig config, boolean low) {
        this.owner = owner;
        this.config = config;
        this.low = low;
    }

    /** Cosines and sines of at least this many positions. */
    NDList upTo(int length, ScriptModule script) {
        if (positions < length) {
            tables.close();
            positions = Math.max(length, Math.min(config.maxPositionEmbeddings(), 2 * positions));
            tables = new NDList(table(false), table(true));
            if (low) {
                NDList full = tables;
                tables = script.call(owner, "low_precision", true, full);
                full.close();
            }
        }
        return tables;
    }

    private NDArray table(boolean sines) {
        double[] frequencies = config.inverseFrequencies();
        int half = frequencies.length;
        float[] values = new float[positions * 2 * half];
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < half; i++) {
                float angle = position * (float) frequencies[i];
                float value = (float) (sines ? Math.sin(angle) : Math.cos(angle));
                values[position * 2 * half + i] = sines ? -value : value;
                values[position * 2 * half + half + i] = value;
            }
        }
        return owner.create(values, new Shape(positions, 2L * half));
    }
}
