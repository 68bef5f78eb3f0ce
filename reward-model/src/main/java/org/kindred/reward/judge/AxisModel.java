package org.kindred.reward.judge;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.cluster.KMeansClusterer;

/**
 * Shared axes of taste: utility of a text for a user is {@code (a + sum_k z_uk b_k) . phi(text)}.
 *
 * @param weights a, then b_1 .. b_d, {@code [1 + d][column]}
 * @param global weights of the best model without axes, a0: what to say of a stranger. It is not a:
 *     the mean taste of two camps is nobody's choice, while a0 ranks pairs as most people would
 * @param coordinates z of each user of the fit, mean 0 on every axis, by user number
 * @param ratings how rating differences follow utility
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record AxisModel(
        double[][] weights,
        double[] global,
        Map<Integer, double[]> coordinates,
        RatingGaps ratings) {

    private static final int POWER_STEPS = 60;
    private static final double FIRST_SLOPE = 0.5; // a usual difference is two logits of utility

    int axes() {
        return weights.length - 1;
    }

    /** The best model without axes, a0. */
    static double[] global(
            PairFeatures features, Map<Integer, int[]> rows, double lambda, Lbfgs optimiser) {
        return optimiser.minimise(
                AxisObjective.global(features, rows, lambda), new double[features.columns()]);
    }

    /**
     * Minimises {@link AxisObjective}, starting from the global model and, for the axes, from the
     * leading directions in which users pull away from it.
     *
     * @param rows row numbers by user
     * @param a the global model of these rows
     */
    static AxisModel fit(
            PairFeatures features,
            Map<Integer, int[]> rows,
            double[] a,
            FitSetting setting,
            RatedRows rated,
            Lbfgs optimiser,
            SeedTree seeds) {
        int columns = features.columns();
        int axes = setting.axes();
        double weight = rated.rated() ? setting.ratingWeight() : 0;
        AxisObjective objective =
                new AxisObjective(
                        features,
                        rows,
                        axes,
                        setting.penalty(),
                        setting.axisPenalty(),
                        rated.gaps(),
                        weight);
        double[] x = a;
        if (axes > 0 || weight > 0) {
            x = new double[objective.parameters()];
            System.arraycopy(a, 0, x, 0, columns);
            AxisObjective global = AxisObjective.global(features, rows, setting.penalty());
            startAxes(x, objective, global, a, axes, seeds);
            if (weight > 0) {
                x[objective.slope()] = Math.log(FIRST_SLOPE);
            }
            x = optimiser.minimise(objective, x);
        }
        RatingGaps ratings =
                weight > 0
                        ? new RatingGaps(weight, Math.exp(x[objective.slope()]), rated.typical())
                        : RatingGaps.NONE;
        double[][] weights = new double[1 + axes][columns];
        for (int k = 0; k <= axes; k++) {
            System.arraycopy(x, k * columns, weights[k], 0, columns);
        }
        return centred(weights, a, x, objective, rows, axes, ratings);
    }

    /** Moves the mean of z into a: the mean user is then at the origin. */
    private static AxisModel centred(
            double[][] weights,
            double[] global,
            double[] x,
            AxisObjective objective,
            Map<Integer, int[]> rows,
            int axes,
            RatingGaps ratings) {
        double[] mean = new double[axes];
        for (int user = 0; user < rows.size(); user++) {
            for (int k = 0; k < axes; k++) {
                mean[k] += x[objective.coordinate(user, k)] / rows.size();
            }
        }
        for (int k = 0; k < axes; k++) {
            Vectors.add(weights[0], mean[k], weights[1 + k]);
        }
        Map<Integer, double[]> coordinates = new LinkedHashMap<>();
        int user = 0;
        for (int id : rows.keySet()) {
            double[] z = new double[axes];
            for (int k = 0; k < axes; k++) {
                z[k] = x[objective.coordinate(user, k)] - mean[k];
            }
            coordinates.put(id, z);
            user++;
        }
        return new AxisModel(weights, global, coordinates, ratings);
    }

    /** Prototypes of the users of the fit, as a prior. */
    UserPrior.Discrete discrete(int prototypes, double tau, SeedTree seeds) {
        return UserPrior.Discrete.of(
                KMeansClusterer.defaults()
                        .cluster(
                                coordinates.values().toArray(new double[0][]),
                                prototypes,
                                seeds.child("prototypes")),
                tau);
    }

    /**
     * One user's choices as a prior reads them.
     *
     * @param raw rating differences by row, not standardised
     */
    Choice[] choices(PairFeatures features, int[] rows, double[] raw) {
        double[] gaps =
                RatingGaps.standardised(
                        Arrays.stream(rows).mapToDouble(p -> raw[p]).toArray(), ratings.typical());
        Choice[] choices = new Choice[rows.length];
        for (int i = 0; i < choices.length; i++) {
            choices[i] = new Choice(delta(features, weights, rows[i]), gaps[i]);
        }
        return choices;
    }

    /** Utility of the chosen response less that of the rejected one, in each direction. */
    static double[] delta(PairFeatures features, double[][] weights, int row) {
        double[] delta = new double[weights.length];
        for (int k = 0; k < delta.length; k++) {
            delta[k] = features.margin(row, weights[k]);
        }
        return delta;
    }

    /**
     * Leading singular pairs (u, v) of the users' centred pulls by power iteration with deflation:
     * z = sqrt(U) u, b = v / 2.
     */
    private static void startAxes(
            double[] x,
            AxisObjective objective,
            AxisObjective global,
            double[] a,
            int axes,
            SeedTree seeds) {
        int users = global.users();
        int columns = a.length;
        double[][] pulls = new double[users][];
        double[] mean = new double[columns];
        for (int user = 0; user < users; user++) {
            pulls[user] = global.pull(user, a);
            Vectors.add(mean, 1.0 / users, pulls[user]);
        }
        for (double[] pull : pulls) {
            Vectors.add(pull, -1, mean);
        }
        SplittableRandom random = seeds.child("axes").random();
        for (int k = 0; k < axes; k++) {
            double[] v = new double[columns];
            for (int j = 0; j < columns; j++) {
                v[j] = random.nextGaussian();
            }
            double[] u = new double[users];
            for (int step = 0; step < POWER_STEPS; step++) {
                for (int user = 0; user < users; user++) {
                    u[user] = Vectors.dot(pulls[user], v);
                }
                normalise(u);
                v = new double[columns];
                for (int user = 0; user < users; user++) {
                    Vectors.add(v, u[user], pulls[user]);
                }
                normalise(v);
            }
            for (int user = 0; user < users; user++) {
                double projection = Vectors.dot(pulls[user], v);
                Vectors.add(pulls[user], -projection, v);
                x[objective.coordinate(user, k)] = Math.sqrt(users) * u[user];
            }
            for (int j = 0; j < columns; j++) {
                x[(1 + k) * columns + j] = v[j] / 2;
            }
        }
    }

    private static void normalise(double[] v) {
        double length = Math.sqrt(Vectors.dot(v, v));
        for (int i = 0; i < v.length && length > 0; i++) {
            v[i] /= length;
        }
    }
}
