package org.kindred.reward.judge;

import java.util.Arrays;
import java.util.Map;

/**
 * Bradley-Terry loss of shared axes of taste:
 *
 * <pre>
 * sum_p ln(1 + exp(-(a + sum_k z_uk b_k) . (phi_chosen - phi_rejected)))
 *     + lambda/2 (|a|^2 + sum_k |b_k|^2) + 1/2 sum_u |z_u|^2
 * </pre>
 *
 * Parameters in one vector: a, b_1 .. b_d (columns of the features each), then z of each user (d
 * each) in the order of {@code rowsByUser}. With d = 0 it is the plain global model, and convex.
 */
final class AxisObjective implements Lbfgs.Objective {
    private final TextFeatures features;
    private final int[] chosen;
    private final int[] rejected;
    private final int[][] rowsByUser;
    private final int axes;
    private final double lambda;
    private final float[][] difference; // [row][dense column], rows of the subset only

    AxisObjective(
            TextFeatures features,
            PairDesign design,
            Map<Integer, int[]> rowsByUser,
            int axes,
            double lambda) {
        this.features = features;
        this.chosen = design.chosen();
        this.rejected = design.rejected();
        this.rowsByUser = rowsByUser.values().toArray(new int[0][]);
        this.axes = axes;
        this.lambda = lambda;
        this.difference = new float[chosen.length][];
        for (int[] rows : this.rowsByUser) {
            for (int p : rows) {
                float[] c = features.dense()[chosen[p]];
                float[] r = features.dense()[rejected[p]];
                difference[p] = new float[c.length];
                for (int j = 0; j < c.length; j++) {
                    difference[p][j] = c[j] - r[j];
                }
            }
        }
    }

    int parameters() {
        return (1 + axes) * features.columns() + rowsByUser.length * axes;
    }

    int coordinate(int user, int axis) {
        return (1 + axes) * features.columns() + user * axes + axis;
    }

    @Override
    public double evaluate(double[] x, double[] gradient) {
        int columns = features.columns();
        Arrays.fill(gradient, 0);
        double value = 0;
        double[] weights = new double[columns]; // a + sum_k z_uk b_k
        double[] slope = new double[columns]; // of the user's rows with respect to these weights
        for (int user = 0; user < rowsByUser.length; user++) {
            System.arraycopy(x, 0, weights, 0, columns);
            for (int k = 0; k < axes; k++) {
                addSegment(weights, x[coordinate(user, k)], x, (1 + k) * columns);
            }
            Arrays.fill(slope, 0);
            for (int p : rowsByUser[user]) {
                double margin = margin(p, weights);
                value += Vectors.softplus(-margin);
                addRow(slope, -Vectors.sigmoid(-margin), p);
            }
            addToSegment(gradient, 0, 1, slope);
            for (int k = 0; k < axes; k++) {
                int at = coordinate(user, k);
                addToSegment(gradient, (1 + k) * columns, x[at], slope);
                double inner = 0;
                for (int j = 0; j < columns; j++) {
                    inner += x[(1 + k) * columns + j] * slope[j];
                }
                gradient[at] = inner + x[at];
                value += x[at] * x[at] / 2;
            }
        }
        for (int j = 0; j < (1 + axes) * columns; j++) {
            value += lambda / 2 * x[j] * x[j];
            gradient[j] += lambda * x[j];
        }
        return value;
    }

    /** {@code sum (1 - sigma(margin)) dphi} over one user's rows under the weights a. */
    double[] pull(int user, double[] a) {
        double[] pull = new double[features.columns()];
        for (int p : rowsByUser[user]) {
            addRow(pull, Vectors.sigmoid(-margin(p, a)), p);
        }
        return pull;
    }

    int users() {
        return rowsByUser.length;
    }

    private double margin(int p, double[] weights) {
        double margin = Vectors.dot(difference[p], weights, 0);
        int base = features.denseColumns();
        int c = features.effectOf()[chosen[p]];
        int r = features.effectOf()[rejected[p]];
        margin += c < 0 ? 0 : features.effectHeight() * weights[base + c];
        margin -= r < 0 ? 0 : features.effectHeight() * weights[base + r];
        return margin;
    }

    private void addRow(double[] target, double factor, int p) {
        Vectors.add(target, factor, difference[p]);
        int base = features.denseColumns();
        int c = features.effectOf()[chosen[p]];
        int r = features.effectOf()[rejected[p]];
        if (c >= 0) {
            target[base + c] += factor * features.effectHeight();
        }
        if (r >= 0) {
            target[base + r] -= factor * features.effectHeight();
        }
    }

    private static void addSegment(double[] target, double factor, double[] x, int from) {
        for (int j = 0; j < target.length; j++) {
            target[j] += factor * x[from + j];
        }
    }

    private static void addToSegment(double[] target, int from, double factor, double[] v) {
        for (int j = 0; j < v.length; j++) {
            target[from + j] += factor * v[j];
        }
    }
}
