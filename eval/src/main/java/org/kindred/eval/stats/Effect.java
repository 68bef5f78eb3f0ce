package org.kindred.eval.stats;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collection;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How large a paired difference is, and how large it would have had to be.
 *
 * @param d Cohen's d of paired differences: mean of the users' mean differences by their sample
 *     standard deviation; 0.2 is called small, 0.8 large. Infinite if all users differ by the same
 * @param g Hedges' correction of it for few users, {@code d (1 - 3 / (4 (n - 1) - 1))}
 * @param superiority share of users with a positive difference, no difference one half
 * @param detectable smallest mean difference that a two-sided test at 5 % finds with 80 % power:
 *     {@code (t(0.975; n - 1) + t(0.8; n - 1)) sd / sqrt(n)}
 */
public record Effect(
        double d,
        double g,
        double superiority,
        @JsonProperty("minimum_detectable") double detectable) {
    private static final double LEVEL = 0.05;
    private static final double POWER = 0.8;

    /** All NaN with fewer than two users. */
    public static Effect of(Collection<Bootstrap.Cluster> users) {
        int n = users.size();
        if (n < 2) {
            return new Effect(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        }
        double[] means = users.stream().mapToDouble(Bootstrap.Cluster::mean).toArray();
        double mean = 0;
        double better = 0;
        for (double value : means) {
            mean += value / n;
            better += value > 0 ? 1 : value == 0 ? 0.5 : 0;
        }
        double squares = 0;
        for (double value : means) {
            squares += (value - mean) * (value - mean);
        }
        double deviation = Math.sqrt(squares / (n - 1));
        double d = mean == 0 ? 0 : mean / deviation;
        TDistribution t = TDistribution.of(n - 1);
        double reach =
                t.inverseCumulativeProbability(1 - LEVEL / 2)
                        + t.inverseCumulativeProbability(POWER);
        return new Effect(
                d, d * (1 - 3 / (4.0 * (n - 1) - 1)), better / n, reach * deviation / Math.sqrt(n));
    }
}
