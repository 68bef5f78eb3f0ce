package org.kindred.reward.judge;

import java.util.Arrays;
import java.util.Map;

/**
 * Bradley-Terry loss of shared axes of taste:
 *
 * <pre>
 * sum_p ln(1 + exp(-(a + sum_k z_uk b_k) . (phi_chosen - phi_rejected)))
 *     + lambda/2 |a|^2 + lambda_b/2 sum_k |b_k|^2 + 1/2 sum_u |z_u|^2
 *     + weight/2 sum_p (gap_p - slope margin_p)^2
 * </pre>
 *
 * Parameters in one vector: a, b_1 .. b_d (columns of the features each), z of each user (d each)
 * in the order of {@code rowsByUser}, and, if ratings are read, ln slope. With d = 0 and no ratings
 * it is the plain global model, and convex.
 */
final class AxisObjective implements Lbfgs.Objective {
    private final PairFeatures features;
    private final int[][] rowsByUser;
    private final int axes;
    private final double lambda;
    private final double axisLambda;
    private final double[] gaps; // by row; none if ratings are not read
    private final double ratingWeight;

    /**
     * @param gaps standardised rating differences by row
     * @param ratingWeight 0 if ratings are not read
     */
    AxisObjective(
            PairFeatures features,
            Map<Integer, int[]> rowsByUser,
            int axes,
            double lambda,
            double axisLambda,
            double[] gaps,
            double ratingWeight) {
        this.features = features;
        this.rowsByUser = rowsByUser.values().toArray(new int[0][]);
        this.axes = axes;
        this.lambda = lambda;
        this.axisLambda = axisLambda;
        this.gaps = gaps;
        this.ratingWeight = ratingWeight;
    }

    /** Bradley-Terry without axes or ratings. */
    static AxisObjective global(
            PairFeatures features, Map<Integer, int[]> rowsByUser, double lambda) {
        return new AxisObjective(features, rowsByUser, 0, lambda, lambda, new double[0], 0);
    }

    int parameters() {
        return coordinate(rowsByUser.length, 0) + (ratingWeight > 0 ? 1 : 0);
    }

    /** Place of ln slope, if ratings are read. */
    int slope() {
        return coordinate(rowsByUser.length, 0);
    }

    int coordinate(int user, int axis) {
        return (1 + axes) * features.columns() + user * axes + axis;
    }

    @Override
    public double evaluate(double[] x, double[] gradient) {
        int columns = features.columns();
        int dense = features.denseColumns();
        Arrays.fill(gradient, 0);
        double value = 0;
        double[] weights = new double[dense]; // a + sum_k z_uk b_k, dense columns
        double[] slope = new double[dense]; // of the user's rows with respect to these weights
        double slopeOfGaps = ratingWeight > 0 ? Math.exp(x[slope()]) : 0;
        RatingGaps ratings = new RatingGaps(ratingWeight, slopeOfGaps, 1);
        double[] sparse = new double[1 + axes]; // margin of one row in the other columns
        for (int user = 0; user < rowsByUser.length; user++) {
            System.arraycopy(x, 0, weights, 0, dense);
            for (int k = 0; k < axes; k++) {
                addSegment(weights, x[coordinate(user, k)], x, (1 + k) * columns);
            }
            Arrays.fill(slope, 0);
            for (int p : rowsByUser[user]) {
                double margin = features.denseMargin(p, weights);
                for (int k = 0; k <= axes; k++) {
                    sparse[k] = features.sparseMargin(p, x, k * columns);
                    margin += (k == 0 ? 1 : x[coordinate(user, k - 1)]) * sparse[k];
                }
                value += Vectors.softplus(-margin);
                double pull = -Vectors.sigmoid(-margin);
                if (ratingWeight > 0) {
                    value += ratings.loss(margin, gaps[p]);
                    double ratingPull = ratings.pull(margin, gaps[p]);
                    gradient[slope()] += margin * ratingPull; // d margin = slope d ln slope
                    pull += ratingPull;
                }
                features.addDense(slope, pull, p);
                features.addSparse(gradient, 0, pull, p);
                for (int k = 0; k < axes; k++) {
                    int at = coordinate(user, k);
                    features.addSparse(gradient, (1 + k) * columns, pull * x[at], p);
                    gradient[at] += pull * sparse[1 + k];
                }
            }
            addToSegment(gradient, 0, 1, slope);
            for (int k = 0; k < axes; k++) {
                int at = coordinate(user, k);
                int segment = (1 + k) * columns;
                addToSegment(gradient, segment, x[at], slope);
                for (int j = 0; j < dense; j++) {
                    gradient[at] += x[segment + j] * slope[j];
                }
                gradient[at] += x[at];
                value += x[at] * x[at] / 2;
            }
        }
        for (int j = 0; j < (1 + axes) * columns; j++) {
            double ridge = j < columns ? lambda : axisLambda;
            value += ridge / 2 * x[j] * x[j];
            gradient[j] += ridge * x[j];
        }
        return value;
    }

    /** {@code sum (1 - sigma(margin)) dphi} over one user's rows under the weights a. */
    double[] pull(int user, double[] a) {
        double[] pull = new double[features.columns()];
        for (int p : rowsByUser[user]) {
            double doubt = Vectors.sigmoid(-features.margin(p, a));
            features.addDense(pull, doubt, p);
            features.addSparse(pull, 0, doubt, p);
        }
        return pull;
    }

    int users() {
        return rowsByUser.length;
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
