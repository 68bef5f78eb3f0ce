package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.cluster.KMeansClusterer;

/**
 * Finds the prior {@link TasteClouds} of a population from its users' choices, by expectation
 * maximisation of the marginal likelihood. Clustering of point estimates would take the noise of
 * short histories for variety and split large groups; here each user counts with as much certainty
 * as the choices give.
 */
final class CloudFit {
    private static final int SPREAD_STEPS = 12;
    private static final int CLOUD_STEPS = 60;
    private static final double ENOUGH = 1e-4; // gain of log-likelihood a user and step
    private static final int STARTS = 30;
    private static final double PRIOR_USERS = 1; // that the spread of all counts for, in each cloud

    private CloudFit() {}

    /** One cloud around 0. */
    static TasteClouds one(List<Choice[]> users, int axes, RatingGaps ratings) {
        TasteClouds clouds = TasteClouds.standard(axes);
        for (int step = 0; step < SPREAD_STEPS && axes > 0; step++) {
            double[][] spread = Vectors.identity(axes); // one more user, as the fit supposed
            for (Choice[] choices : users) {
                UserPrior.Belief belief = clouds.update(choices, ratings);
                for (int i = 0; i < axes; i++) {
                    Vectors.add(spread[i], belief.mean()[i], belief.mean());
                    Vectors.add(spread[i], 1, belief.covariance()[i]);
                }
            }
            for (double[] row : spread) {
                for (int i = 0; i < axes; i++) {
                    row[i] /= users.size() + 1;
                }
            }
            clouds = TasteClouds.around0(spread);
        }
        return clouds;
    }

    /** What one user's choices say about z: {@code exp(-z'Lz/2 + h'z)} up to a constant. */
    private record Evidence(double[] place, double[][] precision, double[] pull) {}

    /**
     * Several clouds, best of {@value #STARTS} seeded starts, larger ones first. Each user's
     * likelihood is taken as normal around the mode under one cloud.
     *
     * @param one the best single cloud
     */
    static TasteClouds several(
            List<Choice[]> users, TasteClouds one, RatingGaps ratings, int count, SeedTree seeds) {
        int axes = one.covariance().length;
        int clouds = Math.min(count, users.size());
        if (clouds == 1 || axes == 0) {
            return one;
        }
        double[][] prior = Cholesky.of(one.covariance()).inverse();
        List<Evidence> evidence = new ArrayList<>();
        for (Choice[] choices : users) {
            UserPrior.Belief belief = one.update(choices, ratings);
            double[][] precision = Cholesky.of(belief.covariance()).inverse();
            double[] pull = product(precision, belief.mean());
            for (int i = 0; i < axes; i++) {
                Vectors.add(precision[i], -1, prior[i]);
            }
            evidence.add(new Evidence(belief.mean(), precision, pull));
        }
        Ascent best = null;
        for (int start = 0; start < STARTS; start++) {
            Ascent ascent = new Ascent(evidence, one.covariance(), clouds);
            ascent.climb(labels(evidence, clouds, start, seeds.child(start)));
            if (best == null || ascent.logLikelihood > best.logLikelihood + 1e-9) {
                best = ascent;
            }
        }
        return best.clouds();
    }

    /** Cells of one run of k-means, or of the nearest of a few users drawn at random. */
    private static int[] labels(List<Evidence> users, int clouds, int start, SeedTree seeds) {
        double[][] places = users.stream().map(Evidence::place).toArray(double[][]::new);
        if (start % 2 == 0) {
            return new KMeansClusterer(1).cluster(places, clouds, seeds).labels();
        }
        SplittableRandom random = seeds.random();
        int[] drawn = IntStream.range(0, clouds).map(g -> random.nextInt(places.length)).toArray();
        return Arrays.stream(places)
                .mapToInt(
                        place ->
                                IntStream.range(0, clouds)
                                        .boxed()
                                        .min(
                                                Comparator.comparingDouble(
                                                        g -> distance(place, places[drawn[g]])))
                                        .orElseThrow())
                .toArray();
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    private static double[] product(double[][] matrix, double[] vector) {
        return Arrays.stream(matrix).mapToDouble(row -> Vectors.dot(row, vector)).toArray();
    }

    /** One climb from one start. */
    private static final class Ascent {
        private final List<Evidence> users;
        private final double[][] whole; // covariance of everybody
        private final double[][] means;
        private final double[] shares;
        private double[][] covariance;
        private double logLikelihood = Double.NEGATIVE_INFINITY;

        Ascent(List<Evidence> users, double[][] whole, int clouds) {
            this.users = users;
            this.whole = whole;
            this.covariance = whole;
            means = new double[clouds][whole.length];
            shares = new double[clouds];
        }

        void climb(int[] labels) {
            double[] sizes = new double[means.length];
            for (int u = 0; u < labels.length; u++) {
                sizes[labels[u]]++;
                Vectors.add(means[labels[u]], 1, users.get(u).place());
            }
            for (int g = 0; g < means.length; g++) {
                for (int k = 0; k < means[g].length && sizes[g] > 0; k++) {
                    means[g][k] /= sizes[g];
                }
                shares[g] = (sizes[g] + 1) / (users.size() + means.length);
            }
            for (int step = 0; step < CLOUD_STEPS; step++) {
                double before = logLikelihood;
                step();
                if (logLikelihood - before < ENOUGH * users.size() && step > 2) {
                    break;
                }
            }
        }

        private void step() {
            int axes = whole.length;
            Cholesky spread = Cholesky.of(covariance);
            double[][] prior = spread.inverse();
            double[][] priorPulls = new double[means.length][];
            double[] constants = new double[means.length];
            for (int g = 0; g < means.length; g++) {
                priorPulls[g] = product(prior, means[g]);
                constants[g] =
                        Math.log(shares[g])
                                - Vectors.dot(means[g], priorPulls[g]) / 2
                                - spread.logDeterminant() / 2;
            }
            double[] sizes = new double[means.length];
            double[][] sums = new double[means.length][axes];
            double[][] scatter = new double[axes][axes]; // E z z'
            double total = 0;
            for (Evidence user : users) {
                double[][] precision = new double[axes][];
                for (int i = 0; i < axes; i++) {
                    precision[i] = user.precision()[i].clone();
                    Vectors.add(precision[i], 1, prior[i]);
                }
                Cholesky factor = Cholesky.of(precision);
                double[][] places = new double[means.length][];
                double[] logs = new double[means.length];
                for (int g = 0; g < means.length; g++) {
                    double[] pull = user.pull().clone();
                    Vectors.add(pull, 1, priorPulls[g]);
                    places[g] = factor.solve(pull);
                    logs[g] = constants[g] + Vectors.dot(pull, places[g]) / 2;
                }
                double highest = Arrays.stream(logs).max().orElseThrow();
                total +=
                        highest
                                + Math.log(
                                        Arrays.stream(logs).map(l -> Math.exp(l - highest)).sum())
                                - factor.logDeterminant() / 2;
                double[] q = UserPrior.normalised(logs);
                double[][] rest = factor.inverse();
                for (int i = 0; i < axes; i++) {
                    Vectors.add(scatter[i], 1, rest[i]);
                }
                for (int g = 0; g < means.length; g++) {
                    sizes[g] += q[g];
                    Vectors.add(sums[g], q[g], places[g]);
                    for (int i = 0; i < axes; i++) {
                        Vectors.add(scatter[i], q[g] * places[g][i], places[g]);
                    }
                }
            }
            logLikelihood = total;
            covariance = new double[axes][axes];
            for (int i = 0; i < axes; i++) {
                Vectors.add(covariance[i], PRIOR_USERS, whole[i]);
                Vectors.add(covariance[i], 1, scatter[i]);
            }
            for (int g = 0; g < means.length; g++) {
                shares[g] = (sizes[g] + 1) / (users.size() + means.length);
                for (int k = 0; k < axes; k++) {
                    means[g][k] = sums[g][k] / (sizes[g] + 1e-9);
                }
                for (int i = 0; i < axes; i++) {
                    Vectors.add(covariance[i], -sums[g][i], means[g]);
                }
            }
            for (double[] row : covariance) {
                for (int i = 0; i < axes; i++) {
                    row[i] /= users.size() + PRIOR_USERS;
                }
            }
        }

        TasteClouds clouds() {
            Integer[] order =
                    IntStream.range(0, means.length)
                            .boxed()
                            .sorted(
                                    Comparator.<Integer>comparingDouble(g -> -shares[g])
                                            .thenComparing(g -> means[g], Arrays::compare))
                            .toArray(Integer[]::new);
            double[][] sorted = Arrays.stream(order).map(g -> means[g]).toArray(double[][]::new);
            double[] sizes = Arrays.stream(order).mapToDouble(g -> shares[g]).toArray();
            return new TasteClouds(sorted, covariance, sizes);
        }
    }
}
