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
 * Finds the prior {@link GaussianMixturePrior} of a population from its users' choices, by
 * expectation maximisation of the marginal likelihood. Clustering of point estimates would take the
 * noise of short histories for variety and split large groups; here each user counts with as much
 * certainty as the choices give. One user's likelihood is taken as normal around the mode under one
 * cloud.
 */
final class GaussianMixtureFit {
    private static final int SPREAD_STEPS = 12;
    private static final int STARTS = 30;
    private static final int SHORT_STEPS = 6;
    private static final int SURVIVORS = 3; // of the starts, after the short steps
    private static final int LONG_STEPS = 60;
    private static final double ENOUGH = 1e-4; // gain of log-likelihood a user and step

    private final GaussianMixturePrior one;
    private final List<Evidence> users;

    /** What one user's choices say about z: {@code exp(-z'Lz/2 + h'z)} up to a constant. */
    private record Evidence(double[] place, double[][] precision, double[] pull) {}

    private GaussianMixtureFit(GaussianMixturePrior one, List<Evidence> users) {
        this.one = one;
        this.users = users;
    }

    /**
     * Reads the users' choices.
     *
     * @param choices of each user
     */
    static GaussianMixtureFit of(List<Choice[]> choices, int axes, RatingGaps ratings) {
        GaussianMixturePrior one = one(choices, axes, ratings);
        List<Evidence> users = new ArrayList<>(choices.size());
        double[][] prior = Cholesky.of(one.covariance()).inverse();
        for (Choice[] own : choices) {
            Belief belief = one.update(own, ratings);
            double[][] precision = Cholesky.of(belief.covariance()).inverse();
            double[] pull = product(precision, belief.mean());
            for (int i = 0; i < axes; i++) {
                Vectors.add(precision[i], -1, prior[i]);
            }
            users.add(new Evidence(belief.mean(), precision, pull));
        }
        return new GaussianMixtureFit(one, users);
    }

    /** One cloud around 0. */
    GaussianMixturePrior one() {
        return one;
    }

    private static GaussianMixturePrior one(List<Choice[]> users, int axes, RatingGaps ratings) {
        GaussianMixturePrior clouds = GaussianMixturePrior.standard(axes);
        for (int step = 0; step < SPREAD_STEPS && axes > 0; step++) {
            double[][] spread = Vectors.identity(axes); // one more user, as the fit supposed
            for (Choice[] choices : users) {
                Belief belief = clouds.update(choices, ratings);
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
            clouds = GaussianMixturePrior.around0(spread);
        }
        return clouds;
    }

    /**
     * Several clouds, larger ones first: {@value #STARTS} seeded starts climb {@value #SHORT_STEPS}
     * steps, the best {@value #SURVIVORS} of them to the top.
     */
    GaussianMixturePrior several(int count, SeedTree seeds) {
        int clouds = Math.min(count, users.size());
        if (clouds == 1 || one.covariance().length == 0) {
            return one;
        }
        List<Ascent> ascents = new ArrayList<>();
        for (int start = 0; start < STARTS; start++) {
            Ascent ascent =
                    new Ascent(
                            users,
                            one.covariance(),
                            labels(clouds, start, seeds.child(start)),
                            clouds);
            ascent.climb(SHORT_STEPS);
            ascents.add(ascent);
        }
        Comparator<Ascent> highest = Comparator.comparingDouble(ascent -> -ascent.logLikelihood);
        return ascents.stream()
                .sorted(highest)
                .limit(SURVIVORS)
                .peek(ascent -> ascent.climb(LONG_STEPS))
                .min(highest)
                .orElseThrow()
                .clouds();
    }

    /** Cells of one run of k-means, or of the nearest of a few users drawn at random. */
    private int[] labels(int clouds, int start, SeedTree seeds) {
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
        double[] product = new double[matrix.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = Vectors.dot(matrix[i], vector);
        }
        return product;
    }

    /** One climb from one start. */
    private static final class Ascent {
        private static final double PRIOR_USERS = 1; // that the spread of all counts for

        private final List<Evidence> users;
        private final double[][] whole; // covariance of everybody
        private final double[][] means;
        private final double[] shares;
        private double[][] covariance;
        private double logLikelihood = Double.NEGATIVE_INFINITY;

        Ascent(List<Evidence> users, double[][] whole, int[] labels, int clouds) {
            this.users = users;
            this.whole = whole;
            this.covariance = whole;
            means = new double[clouds][whole.length];
            shares = new double[clouds];
            double[] sizes = new double[clouds];
            for (int u = 0; u < labels.length; u++) {
                sizes[labels[u]]++;
                Vectors.add(means[labels[u]], 1, users.get(u).place());
            }
            for (int g = 0; g < clouds; g++) {
                for (int k = 0; k < whole.length && sizes[g] > 0; k++) {
                    means[g][k] /= sizes[g];
                }
                shares[g] = (sizes[g] + 1) / (users.size() + clouds);
            }
        }

        void climb(int steps) {
            for (int step = 0; step < steps; step++) {
                double before = logLikelihood;
                step();
                if (logLikelihood - before < ENOUGH * users.size() && step > 2) {
                    break;
                }
            }
        }

        private void step() {
            int axes = whole.length;
            int clouds = means.length;
            Cholesky spread = Cholesky.of(covariance);
            double[][] prior = spread.inverse();
            double[][] priorPulls = new double[clouds][];
            double[] constants = new double[clouds];
            for (int g = 0; g < clouds; g++) {
                priorPulls[g] = product(prior, means[g]);
                constants[g] =
                        Math.log(shares[g])
                                - Vectors.dot(means[g], priorPulls[g]) / 2
                                - spread.logDeterminant() / 2;
            }
            double[] sizes = new double[clouds];
            double[][] sums = new double[clouds][axes];
            double[][] scatter = new double[axes][axes]; // E z z'
            double[][] precision = new double[axes][axes];
            double[][] places = new double[clouds][];
            double[] logs = new double[clouds];
            double[] pull = new double[axes];
            double total = 0;
            for (Evidence user : users) {
                for (int i = 0; i < axes; i++) {
                    for (int j = 0; j <= i; j++) {
                        precision[i][j] = user.precision()[i][j] + prior[i][j];
                    }
                }
                Cholesky factor = Cholesky.of(precision);
                double highest = Double.NEGATIVE_INFINITY;
                for (int g = 0; g < clouds; g++) {
                    for (int i = 0; i < axes; i++) {
                        pull[i] = user.pull()[i] + priorPulls[g][i];
                    }
                    places[g] = factor.solve(pull);
                    logs[g] = constants[g] + Vectors.dot(pull, places[g]) / 2;
                    highest = Math.max(highest, logs[g]);
                }
                double sum = 0;
                for (int g = 0; g < clouds; g++) {
                    logs[g] = Math.exp(logs[g] - highest);
                    sum += logs[g];
                }
                total += highest + Math.log(sum) - factor.logDeterminant() / 2;
                factor.addInverse(scatter);
                for (int g = 0; g < clouds; g++) {
                    double q = logs[g] / sum;
                    sizes[g] += q;
                    Vectors.add(sums[g], q, places[g]);
                    for (int i = 0; i < axes; i++) {
                        Vectors.add(scatter[i], q * places[g][i], places[g]);
                    }
                }
            }
            logLikelihood = total;
            covariance = new double[axes][axes];
            for (int i = 0; i < axes; i++) {
                Vectors.add(covariance[i], PRIOR_USERS, whole[i]);
                Vectors.add(covariance[i], 1, scatter[i]);
            }
            for (int g = 0; g < clouds; g++) {
                shares[g] = (sizes[g] + 1) / (users.size() + clouds);
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

        GaussianMixturePrior clouds() {
            Integer[] order =
                    IntStream.range(0, means.length)
                            .boxed()
                            .sorted(
                                    Comparator.<Integer>comparingDouble(g -> -shares[g])
                                            .thenComparing(g -> means[g], Arrays::compare))
                            .toArray(Integer[]::new);
            double[][] sorted = Arrays.stream(order).map(g -> means[g]).toArray(double[][]::new);
            double[] sizes = Arrays.stream(order).mapToDouble(g -> shares[g]).toArray();
            return new GaussianMixturePrior(sorted, covariance, sizes);
        }
    }
}
