package org.kindred.reward.judge;

import java.util.Arrays;

/**
 * Prior of a user's coordinates: a mixture of normal distributions of one shape, {@code z ~ sum_g
 * share_g N(mean_g, covariance)}. One cloud around 0 suits people who differ by degrees; several
 * are prototypes whose members differ from each other.
 *
 * <p>The belief under each cloud is the mode by Newton's method with Laplace's covariance; clouds
 * are weighted by Laplace's approximation of the evidence.
 *
 * @param means {@code [cloud][axis]}
 * @param covariance shared, {@code [axis][axis]}
 * @param shares of the population, summing to 1
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
public record GaussianMixturePrior(double[][] means, double[][] covariance, double[] shares)
        implements UserPrior {
    private static final int MAX_STEPS = 50;

    /** Everybody is {@code N(0, I)}. */
    static GaussianMixturePrior standard(int axes) {
        return new GaussianMixturePrior(
                new double[1][axes], Vectors.identity(axes), new double[] {1});
    }

    /** Likewise with another spread. */
    static GaussianMixturePrior around0(double[][] covariance) {
        return new GaussianMixturePrior(
                new double[1][covariance.length], covariance, new double[] {1});
    }

    @Override
    public Belief update(Choice[] choices, RatingGaps ratings) {
        Belief[] beliefs = new Belief[shares.length];
        double[] logs = joint(choices, ratings, beliefs);
        return logs.length == 1 ? beliefs[0] : Belief.merged(beliefs, UserPrior.normalised(logs));
    }

    /** {@code ln p(choices)} by Laplace's approximation. */
    double evidence(Choice[] choices, RatingGaps ratings) {
        double[] logs = joint(choices, ratings, new Belief[shares.length]);
        double highest = Arrays.stream(logs).max().orElseThrow();
        double sum = Arrays.stream(logs).map(log -> Math.exp(log - highest)).sum();
        return highest + Math.log(sum) - Cholesky.of(covariance).logDeterminant() / 2;
    }

    /** {@code ln p(choices, cloud)} up to the same constant for all clouds; writes the beliefs. */
    private double[] joint(Choice[] choices, RatingGaps ratings, Belief[] beliefs) {
        double[][] precision = Cholesky.of(covariance).inverse();
        double[] logs = new double[shares.length];
        for (int g = 0; g < logs.length; g++) {
            double[] z = mode(choices, ratings, means[g], precision);
            Cholesky curvature =
                    curvature(choices, ratings, means[g], precision, z, new double[z.length]);
            beliefs[g] = Belief.normal(z, curvature.inverse());
            logs[g] =
                    Math.log(shares[g])
                            - loss(choices, ratings, means[g], precision, z)
                            - curvature.logDeterminant() / 2;
        }
        return logs;
    }

    private static double[] mode(
            Choice[] choices, RatingGaps ratings, double[] mean, double[][] precision) {
        double[] z = mean.clone();
        double[] gradient = new double[z.length];
        double value = loss(choices, ratings, mean, precision, z);
        for (int step = 0; step < MAX_STEPS; step++) {
            double[] move =
                    curvature(choices, ratings, mean, precision, z, gradient).solve(gradient);
            if (Vectors.dot(move, move) < 1e-20) {
                break;
            }
            double stride = 1;
            double[] next = moved(z, move, stride);
            double nextValue = loss(choices, ratings, mean, precision, next);
            while (nextValue > value && stride > 1e-6) {
                stride /= 2;
                next = moved(z, move, stride);
                nextValue = loss(choices, ratings, mean, precision, next);
            }
            z = next;
            value = nextValue;
        }
        return z;
    }

    private static double[] moved(double[] z, double[] move, double stride) {
        double[] next = z.clone();
        Vectors.add(next, -stride, move);
        return next;
    }

    private static double loss(
            Choice[] choices, RatingGaps ratings, double[] mean, double[][] precision, double[] z) {
        double loss = 0;
        for (int i = 0; i < z.length; i++) {
            for (int j = 0; j < z.length; j++) {
                loss += (z[i] - mean[i]) * precision[i][j] * (z[j] - mean[j]) / 2;
            }
        }
        for (Choice choice : choices) {
            double margin = choice.margin(z);
            loss += Vectors.softplus(-margin) + ratings.loss(margin, choice.gap());
        }
        return loss;
    }

    /** Hessian, factored; writes the gradient. */
    private static Cholesky curvature(
            Choice[] choices,
            RatingGaps ratings,
            double[] mean,
            double[][] precision,
            double[] z,
            double[] gradient) {
        double[][] hessian = new double[z.length][];
        Arrays.fill(gradient, 0);
        for (int i = 0; i < z.length; i++) {
            hessian[i] = precision[i].clone();
            for (int j = 0; j < z.length; j++) {
                gradient[i] += precision[i][j] * (z[j] - mean[j]);
            }
        }
        for (Choice choice : choices) {
            double[] delta = choice.delta();
            double margin = choice.margin(z);
            double doubt = Vectors.sigmoid(-margin);
            double pull = ratings.pull(margin, choice.gap()) - doubt;
            double bend = ratings.curvature(choice.gap()) + doubt * (1 - doubt);
            for (int i = 0; i < z.length; i++) {
                gradient[i] += pull * delta[1 + i];
                for (int j = 0; j <= i; j++) {
                    hessian[i][j] += bend * delta[1 + i] * delta[1 + j];
                }
            }
        }
        return Cholesky.of(hessian);
    }

    /** Some of the clouds, in this order. */
    public GaussianMixturePrior only(int[] order) {
        double total = Arrays.stream(order).mapToDouble(g -> shares[g]).sum();
        return new GaussianMixturePrior(
                Arrays.stream(order).mapToObj(g -> means[g]).toArray(double[][]::new),
                covariance,
                Arrays.stream(order).mapToDouble(g -> shares[g] / total).toArray());
    }
}
