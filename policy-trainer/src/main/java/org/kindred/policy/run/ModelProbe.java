package org.kindred.policy.run;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.TokenBatch;

/** Knows a model again by what it says of a fixed text. */
public final class ModelProbe {
    private static final int LONGEST = 16;

    /** Machines differ by rounding, models by much more. */
    private static final double TOLERANCE = 1e-3;

    private ModelProbe() {}

    /**
     * Log-probabilities of the first tokens of a text after that text.
     *
     * @param model null gives none
     * @param text at least one token
     */
    public static double[] of(@Nullable CausalLm model, int[] text) {
        if (model == null) {
            return new double[0];
        }
        int[] again = Arrays.copyOf(text, Math.min(LONGEST, text.length));
        TokenBatch batch = new TokenBatch(new int[][] {text}, new int[][] {again});
        float[] scores = model.score(batch, 1).logProbs()[0];
        double[] probe = new double[scores.length];
        for (int t = 0; t < probe.length; t++) {
            probe[t] = scores[t];
        }
        return probe;
    }

    static boolean alike(double[] one, double[] other) {
        boolean alike = one.length == other.length;
        for (int t = 0; alike && t < one.length; t++) {
            alike = Math.abs(one[t] - other[t]) <= TOLERANCE;
        }
        return alike;
    }
}
