package org.kindred.reward.judge;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Belief about a person's coordinates z on the shared axes.
 *
 * @param mean of z
 * @param covariance of z
 * @param shares probability of each part; empty where z is normal, or a point
 * @param parts what z is in each case
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
public record Belief(double[] mean, double[][] covariance, double[] shares, List<Belief> parts) {

    /** z is normal; a point without variance. */
    static Belief normal(double[] mean, double[][] covariance) {
        return new Belief(mean, covariance, new double[0], List.of());
    }

    /** z is one of these places with these probabilities. */
    static Belief among(double[][] places, double[] q) {
        int axes = places[0].length;
        Belief[] points = new Belief[places.length];
        for (int g = 0; g < points.length; g++) {
            points[g] = normal(places[g], new double[axes][axes]);
        }
        return merged(points, q);
    }

    /** One of several beliefs is right, with these probabilities: mean and covariance of z. */
    static Belief merged(Belief[] beliefs, double[] q) {
        int axes = beliefs[0].mean.length;
        double[] mean = new double[axes];
        for (int g = 0; g < q.length; g++) {
            Vectors.add(mean, q[g], beliefs[g].mean);
        }
        double[][] covariance = new double[axes][axes];
        for (int g = 0; g < q.length; g++) {
            double[] gap = beliefs[g].mean.clone();
            Vectors.add(gap, -1, mean);
            for (int i = 0; i < axes; i++) {
                Vectors.add(covariance[i], q[g] * gap[i], gap);
                Vectors.add(covariance[i], q[g], beliefs[g].covariance[i]);
            }
        }
        return new Belief(mean, covariance, q, List.of(beliefs));
    }

    /**
     * One z as likely as any.
     *
     * @param temperature factor on variances, and {@code 1 / temperature} the power of shares; 0 is
     *     the mean of the likeliest part
     */
    double[] draw(double temperature, SplittableRandom random) {
        if (shares.length > 0) {
            return parts.get(part(temperature, random)).draw(temperature, random);
        }
        double[] z = mean.clone();
        boolean point = Arrays.stream(covariance).allMatch(row -> Vectors.dot(row, row) == 0);
        if (!point) {
            double[] noise = new double[z.length];
            for (int k = 0; k < noise.length; k++) {
                noise[k] = random.nextGaussian();
            }
            Vectors.add(z, Math.sqrt(temperature), Cholesky.of(covariance).times(noise));
        }
        return z;
    }

    private int part(double temperature, SplittableRandom random) {
        double highest = Arrays.stream(shares).max().orElseThrow();
        double[] powers = new double[shares.length];
        double total = 0;
        for (int g = 0; g < shares.length; g++) {
            powers[g] =
                    temperature == 0
                            ? (shares[g] == highest ? 1 : 0)
                            : Math.pow(shares[g] / highest, 1 / temperature);
            total += powers[g];
        }
        double left = random.nextDouble() * total;
        int g = 0;
        while (g < shares.length - 1 && left >= powers[g]) {
            left -= powers[g++];
        }
        return g;
    }

    /** Redacted: coordinates describe a person. */
    @Override
    public String toString() {
        return "Belief[" + mean.length + " axes, " + shares.length + " parts]";
    }
}
