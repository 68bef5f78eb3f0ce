package org.kindred.eval.stats;

import java.util.Collection;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;

/**
 * Paired permutation test of two methods (Fisher, The Design of Experiments, 1935): if they are
 * alike, a user's difference may as well have the other sign.
 *
 * <p>Statistic: {@code |sum over users of the user's summed differences|}, signs flipped for whole
 * users. Up to {@value #EXACT_USERS} users all sign patterns are gone through; above, a seeded
 * sample of patterns gives {@code p = (1 + as extreme) / (1 + patterns)} (Phipson and Smyth, 2010),
 * which is never 0.
 */
public final class PermutationTest {
    private static final int EXACT_USERS = 16;
    private static final double SLACK = 1e-12; // sums in another order differ by rounding

    private final int patterns;
    private final SeedTree seeds;

    /**
     * @param patterns sign patterns to draw; the smallest p is 1 / (patterns + 1)
     */
    public PermutationTest(int patterns, SeedTree seeds) {
        if (patterns < 100) {
            throw new IllegalArgumentException(
                    "patterns = " + patterns + ": at least 100, for example 2000");
        }
        this.patterns = patterns;
        this.seeds = seeds;
    }

    /**
     * Two-sided p of "no difference"; NaN without users.
     *
     * @param users summed differences of each user
     */
    public double p(Collection<Bootstrap.Cluster> users) {
        double[] sums = users.stream().mapToDouble(Bootstrap.Cluster::sum).toArray();
        if (sums.length == 0) {
            return Double.NaN;
        }
        double scale = 0;
        double observed = 0;
        for (double sum : sums) {
            observed += sum;
            scale += Math.abs(sum);
        }
        double threshold = Math.abs(observed) - SLACK * scale;
        return sums.length <= EXACT_USERS ? exact(sums, threshold) : sampled(sums, threshold);
    }

    private static double exact(double[] sums, double threshold) {
        long all = 1L << sums.length;
        long extreme = 0;
        for (long pattern = 0; pattern < all; pattern++) {
            extreme += Math.abs(signed(sums, 0, sums.length, pattern)) >= threshold ? 1 : 0;
        }
        return extreme / (double) all;
    }

    private double sampled(double[] sums, double threshold) {
        SplittableRandom random = seeds.random();
        long extreme = 0;
        for (int i = 0; i < patterns; i++) {
            double total = 0;
            for (int from = 0; from < sums.length; from += Long.SIZE) {
                total +=
                        signed(
                                sums,
                                from,
                                Math.min(from + Long.SIZE, sums.length),
                                random.nextLong());
            }
            extreme += Math.abs(total) >= threshold ? 1 : 0;
        }
        return (1 + extreme) / (1.0 + patterns);
    }

    private static double signed(double[] sums, int from, int to, long signs) {
        double total = 0;
        for (int i = from; i < to; i++) {
            total += (signs >>> (i - from) & 1) == 0 ? sums[i] : -sums[i];
        }
        return total;
    }
}
