package org.kindred.reward.judge;

import java.util.Arrays;
import org.kindred.reward.cluster.Clusterer.Cells;

/**
 * What is known of a person's coordinates z before any choice, and how choices change it.
 *
 * <p>Choices enter as rows {@code delta = s(chosen) - s(rejected)} of axis scores, entry 0 for the
 * global utility and one more an axis; the margin of a choice is {@code delta_0 + z . delta_1..d}.
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
sealed interface UserPrior {

    Belief update(double[][] choices);

    /**
     * Belief about z.
     *
     * @param mean of z
     * @param covariance of z
     * @param shares weight of each prototype; empty without prototypes
     */
    record Belief(double[] mean, double[][] covariance, double[] shares) {

        /** z is one of these places with these probabilities. */
        static Belief among(double[][] places, double[] q) {
            int axes = places[0].length;
            double[] mean = new double[axes];
            for (int g = 0; g < q.length; g++) {
                Vectors.add(mean, q[g], places[g]);
            }
            double[][] covariance = new double[axes][axes];
            for (int g = 0; g < q.length; g++) {
                double[] gap = places[g].clone();
                Vectors.add(gap, -1, mean);
                for (int i = 0; i < axes; i++) {
                    Vectors.add(covariance[i], q[g] * gap[i], gap);
                }
            }
            return new Belief(mean, covariance, q);
        }
    }

    static double margin(double[] delta, double[] z) {
        double margin = delta[0];
        for (int k = 0; k < z.length; k++) {
            margin += z[k] * delta[1 + k];
        }
        return margin;
    }

    /** Nobody differs from the global model. */
    record Nothing(int axes) implements UserPrior {
        @Override
        public Belief update(double[][] choices) {
            return new Belief(new double[axes], new double[axes][axes], new double[0]);
        }
    }

    /** z ~ N(0, I); mode by Newton steps, covariance by Laplace's approximation. */
    record Gaussian(int axes) implements UserPrior {
        private static final int MAX_STEPS = 50;

        @Override
        public Belief update(double[][] choices) {
            double[] z = new double[axes];
            double[] gradient = new double[axes];
            double value = loss(choices, z);
            for (int step = 0; step < MAX_STEPS; step++) {
                double[] move = curvature(choices, z, gradient).solve(gradient);
                if (Vectors.dot(move, move) < 1e-20) {
                    break;
                }
                double stride = 1;
                double[] next = moved(z, move, stride);
                double nextValue = loss(choices, next);
                while (nextValue > value && stride > 1e-6) {
                    stride /= 2;
                    next = moved(z, move, stride);
                    nextValue = loss(choices, next);
                }
                z = next;
                value = nextValue;
            }
            return new Belief(z, curvature(choices, z, gradient).inverse(), new double[0]);
        }

        private static double[] moved(double[] z, double[] move, double stride) {
            double[] next = z.clone();
            Vectors.add(next, -stride, move);
            return next;
        }

        private static double loss(double[][] choices, double[] z) {
            double loss = Vectors.dot(z, z) / 2;
            for (double[] delta : choices) {
                loss += Vectors.softplus(-margin(delta, z));
            }
            return loss;
        }

        /** Hessian, factored; writes the gradient. */
        private static Cholesky curvature(double[][] choices, double[] z, double[] gradient) {
            double[][] hessian = new double[z.length][z.length];
            for (int i = 0; i < z.length; i++) {
                hessian[i][i] = 1;
                gradient[i] = z[i];
            }
            for (double[] delta : choices) {
                double doubt = Vectors.sigmoid(-margin(delta, z));
                for (int i = 0; i < z.length; i++) {
                    gradient[i] -= doubt * delta[1 + i];
                    for (int j = 0; j <= i; j++) {
                        hessian[i][j] += doubt * (1 - doubt) * delta[1 + i] * delta[1 + j];
                    }
                }
            }
            return Cholesky.of(hessian);
        }
    }

    /**
     * z is one of G centroids, {@code q_g} proportional to {@code n_g exp(tau sum_k ln
     * sigma(margin_k))}.
     *
     * @param centroids {@code [prototype][axis]}, their mean weighted by shares is 0
     * @param shares n_g, summing to 1
     * @param tau how much a choice counts; above 1 it makes up for shrunken centroids
     */
    record Mixture(double[][] centroids, double[] shares, double tau) implements UserPrior {

        static Mixture of(Cells cells, double tau) {
            int[] sizes = cells.sizes();
            double total = Arrays.stream(sizes).sum();
            return new Mixture(
                    cells.centroids(),
                    Arrays.stream(sizes).mapToDouble(size -> size / total).toArray(),
                    tau);
        }

        @Override
        public Belief update(double[][] choices) {
            double[] logs = new double[shares.length];
            for (int g = 0; g < logs.length; g++) {
                logs[g] = Math.log(shares[g]);
                for (double[] delta : choices) {
                    logs[g] -= tau * Vectors.softplus(-margin(delta, centroids[g]));
                }
            }
            return Belief.among(centroids, normalised(logs));
        }
    }

    /** Probabilities from their logs up to a constant. */
    private static double[] normalised(double[] logs) {
        double highest = Arrays.stream(logs).max().orElseThrow();
        double[] q = Arrays.stream(logs).map(log -> Math.exp(log - highest)).toArray();
        double total = Arrays.stream(q).sum();
        return Arrays.stream(q).map(value -> value / total).toArray();
    }
}
