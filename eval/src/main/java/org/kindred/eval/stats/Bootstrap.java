package org.kindred.eval.stats;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;

/**
 * Percentile bootstrap over users.
 *
 * <p>Rows of one user are not independent, so whole users are drawn with replacement. The statistic
 * is the micro mean {@code sum of values / number of values} over the drawn users. A comparison of
 * two methods passes the differences of their paired values, so that both are resampled in the same
 * draw.
 */
public final class Bootstrap {
    private final int draws;
    private final SeedTree seeds;

    /**
     * @param draws number of resamples; 2,000 keep the noise of the ends near a fortieth of the
     *     width
     */
    public Bootstrap(int draws, SeedTree seeds) {
        if (draws < 100) {
            throw new IllegalArgumentException(
                    "draws = " + draws + ": at least 100 are needed for percentiles");
        }
        this.draws = draws;
        this.seeds = seeds;
    }

    /** One user's share in a statistic: the sum of his values and their number. */
    public record Cluster(double sum, double count) {

        public static Cluster of(List<Double> values) {
            double sum = 0;
            for (double value : values) {
                sum += value;
            }
            return new Cluster(sum, values.size());
        }
    }

    /**
     * Interval of the micro mean; with one user, or none, the ends are NaN since nothing can be
     * said.
     */
    public Interval mean(Collection<Cluster> users) {
        Cluster[] clusters = users.toArray(Cluster[]::new);
        double sum = 0;
        double count = 0;
        for (Cluster cluster : clusters) {
            sum += cluster.sum;
            count += cluster.count;
        }
        if (clusters.length < 2) {
            return new Interval(sum / count, Double.NaN, Double.NaN, clusters.length);
        }
        SplittableRandom random = seeds.random();
        double[] means = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            double drawnSum = 0;
            double drawnCount = 0;
            for (int i = 0; i < clusters.length; i++) {
                Cluster cluster = clusters[random.nextInt(clusters.length)];
                drawnSum += cluster.sum;
                drawnCount += cluster.count;
            }
            means[draw] = drawnSum / drawnCount;
        }
        Arrays.sort(means);
        return new Interval(
                sum / count, quantile(means, 0.025), quantile(means, 0.975), clusters.length);
    }

    /** Linear interpolation between order statistics, as numpy and R (type 7) do. */
    static double quantile(double[] sorted, double p) {
        double position = p * (sorted.length - 1);
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
