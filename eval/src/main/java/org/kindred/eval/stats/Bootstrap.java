package org.kindred.eval.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.kindred.datasets.SeedTree;

/**
 * Bootstrap over users with bias-corrected and accelerated intervals (BCa; Efron, JASA 82, 1987).
 *
 * <p>Rows of one user are not independent, so whole users are drawn with replacement. With {@code
 * z0 = Phi^-1(share of draws below the estimate)} and acceleration {@code a} from the jackknife
 * over users, the ends are the draws' quantiles at {@code Phi(z0 + (z0 + z) / (1 - a (z0 + z)))}.
 *
 * <p>Deviation: {@code z = +- t(0.975; n - 1) sqrt(n / (n - 1))} in place of 1.96 (Hesterberg, The
 * American Statistician 69, 2015), since the plain form covers too little with few users. All
 * statistics of one object are resampled with the same draws of users.
 */
public final class Bootstrap {
    private static final double LEVEL = 0.95;
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

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

    /** One user's share in a statistic: the sum of their values, and how many. */
    public record Cluster(double sum, double count) {

        public static Cluster of(List<Double> values) {
            double sum = 0;
            for (double value : values) {
                sum += value;
            }
            return new Cluster(sum, values.size());
        }

        /** The user's own mean. */
        public double mean() {
            return sum / count;
        }
    }

    /** Finite values of each user, users in the order of their ids. */
    public static <T> List<Cluster> clusters(
            Collection<T> rows, Function<T, String> user, ToDoubleFunction<T> value) {
        Map<String, List<Double>> byUser = new TreeMap<>();
        for (T row : rows) {
            double number = value.applyAsDouble(row);
            if (Double.isFinite(number)) {
                byUser.computeIfAbsent(user.apply(row), id -> new ArrayList<>()).add(number);
            }
        }
        return byUser.values().stream().map(Cluster::of).toList();
    }

    /** A number that depends on how often each cluster occurs. */
    @FunctionalInterface
    public interface Statistic {
        /**
         * @param times occurrences of each cluster; all 1 for the data as they are
         * @return NaN where the statistic is not defined
         */
        double of(int[] times);

        /** The statistic on the data without one cluster. */
        default double without(int cluster, int clusters) {
            int[] times = new int[clusters];
            Arrays.fill(times, 1);
            times[cluster] = 0;
            return of(times);
        }
    }

    /** {@code sum of values / number of values}; leaving one user out takes constant time. */
    private static final class Mean implements Statistic {
        private final double[] sums;
        private final double[] counts;
        private double sum;
        private double count;

        Mean(Collection<Cluster> users) {
            sums = users.stream().mapToDouble(Cluster::sum).toArray();
            counts = users.stream().mapToDouble(Cluster::count).toArray();
            for (int i = 0; i < sums.length; i++) {
                sum += sums[i];
                count += counts[i];
            }
        }

        @Override
        public double of(int[] times) {
            double drawnSum = 0;
            double drawnCount = 0;
            for (int i = 0; i < times.length; i++) {
                drawnSum += times[i] * sums[i];
                drawnCount += times[i] * counts[i];
            }
            return drawnSum / drawnCount;
        }

        @Override
        public double without(int cluster, int clusters) {
            return (sum - sums[cluster]) / (count - counts[cluster]);
        }
    }

    /**
     * Interval of the micro mean. A comparison of two methods passes the differences of their
     * paired values.
     */
    public Interval mean(Collection<Cluster> users) {
        return interval(users.size(), new Mean(users));
    }

    /**
     * Interval of any statistic of clusters; with one cluster, or none, the ends are NaN since
     * nothing can be said. Draws on which the statistic is not defined are left out.
     */
    public Interval interval(int clusters, Statistic statistic) {
        int[] times = new int[clusters];
        Arrays.fill(times, 1);
        double estimate = clusters == 0 ? Double.NaN : statistic.of(times);
        if (clusters < 2 || Double.isNaN(estimate)) {
            return new Interval(estimate, Double.NaN, Double.NaN, clusters);
        }
        SplittableRandom random = seeds.random();
        double[] drawn = new double[draws];
        int defined = 0;
        for (int draw = 0; draw < draws; draw++) {
            Arrays.fill(times, 0);
            for (int i = 0; i < clusters; i++) {
                times[random.nextInt(clusters)]++;
            }
            double value = statistic.of(times);
            if (!Double.isNaN(value)) {
                drawn[defined++] = value;
            }
        }
        if (defined < draws / 2) {
            return new Interval(estimate, Double.NaN, Double.NaN, clusters);
        }
        double[] sorted = Arrays.copyOf(drawn, defined);
        Arrays.sort(sorted);
        double bias = bias(sorted, estimate);
        double acceleration = acceleration(clusters, statistic);
        double reach =
                TDistribution.of(clusters - 1).inverseCumulativeProbability((1 + LEVEL) / 2)
                        * Math.sqrt(clusters / (clusters - 1.0));
        return new Interval(
                estimate,
                quantile(sorted, place(bias, acceleration, -reach)),
                quantile(sorted, place(bias, acceleration, reach)),
                clusters);
    }

    /** z0; draws equal to the estimate count one half, as for a statistic with few values. */
    private static double bias(double[] sorted, double estimate) {
        double below = 0;
        for (double value : sorted) {
            below += value < estimate ? 1 : value == estimate ? 0.5 : 0;
        }
        double share = below / sorted.length;
        double least = 0.5 / sorted.length; // a bias beyond all draws has no finite z
        return NORMAL.inverseCumulativeProbability(Math.max(least, Math.min(1 - least, share)));
    }

    private static double acceleration(int clusters, Statistic statistic) {
        double[] left = new double[clusters];
        double mean = 0;
        for (int i = 0; i < clusters; i++) {
            left[i] = statistic.without(i, clusters);
            mean += left[i] / clusters;
        }
        double squares = 0;
        double cubes = 0;
        for (double value : left) {
            double gap = mean - value;
            squares += gap * gap;
            cubes += gap * gap * gap;
        }
        double scale = 6 * Math.pow(squares, 1.5);
        double acceleration = cubes / scale;
        return Double.isFinite(acceleration) ? acceleration : 0; // equal, or undefined without one
    }

    private static double place(double bias, double acceleration, double z) {
        double shifted = bias + z;
        double stretch = 1 - acceleration * shifted;
        return stretch <= 0 // beyond the pole the formula would turn round
                ? (shifted < 0 ? 0 : 1)
                : NORMAL.cumulativeProbability(bias + shifted / stretch);
    }

    /**
     * Place {@code p (n + 1)} among the order statistics, interpolated (R's type 6): the k-th of n
     * draws is the quantile k / (n + 1), so that the ends do not lie a draw too far inside.
     */
    static double quantile(double[] sorted, double p) {
        double position = Math.max(0, Math.min(sorted.length - 1, p * (sorted.length + 1) - 1));
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
