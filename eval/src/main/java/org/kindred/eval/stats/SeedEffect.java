package org.kindred.eval.stats;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * One number over several runs whose seeds are a random effect: a sample of the seeds that could
 * have been taken (DerSimonian and Laird, Controlled Clinical Trials 7, 1986; interval of Hartung
 * and Knapp, Statistics in Medicine 20, 2001).
 *
 * <p>Run i states x_i with squared standard error v_i. {@code tau2 = max(0, (Q - (k - 1)) / C)};
 * weights {@code 1 / (v_i + tau2)}; the interval is {@code mean +- t(0.975; k - 1) sqrt(sum w (x -
 * mean)^2 / ((k - 1) sum w))}, so that three lucky seeds do not look like certainty.
 *
 * @param mean weighted mean over seeds
 * @param low lower end of the 95 % interval; NaN with one seed
 * @param high upper end
 * @param between standard deviation between seeds, tau
 * @param share of the total variation that lies between seeds, I squared, 0 to 1
 * @param seeds number of runs
 */
public record SeedEffect(
        double mean,
        double low,
        double high,
        double between,
        @JsonProperty("between_share") double share,
        int seeds) {

    /**
     * What one run found.
     *
     * @param value the estimate
     * @param variance its squared standard error within the run, positive or 0
     */
    public record Estimate(double value, double variance) {

        /** From an interval of the bootstrap: its width is 3.92 standard errors. */
        public static Estimate of(Interval interval) {
            double error = (interval.high() - interval.low()) / (2 * 1.959963984540054);
            return new Estimate(interval.mean(), error * error);
        }
    }

    /**
     * @param runs estimates of the same quantity under different seeds; one or more
     */
    public static SeedEffect of(List<Estimate> runs) {
        int k = runs.size();
        if (k == 0) {
            throw new IllegalArgumentException("runs is empty: at least one estimate is needed");
        }
        if (k == 1) {
            return new SeedEffect(runs.get(0).value(), Double.NaN, Double.NaN, Double.NaN, 0, 1);
        }
        double least = runs.stream().mapToDouble(Estimate::variance).max().orElse(0) * 1e-9;
        double floor = Math.max(least, 1e-18); // a run without spread would take all weight
        double[] weights = new double[k];
        double total = 0;
        double squares = 0;
        for (int i = 0; i < k; i++) {
            weights[i] = 1 / Math.max(floor, runs.get(i).variance());
            total += weights[i];
            squares += weights[i] * weights[i];
        }
        double q = spread(runs, weights, mean(runs, weights));
        double tau2 = Math.max(0, (q - (k - 1)) / (total - squares / total));
        double pooledWeight = 0;
        for (int i = 0; i < k; i++) {
            weights[i] = 1 / (Math.max(floor, runs.get(i).variance()) + tau2);
            pooledWeight += weights[i];
        }
        double mean = mean(runs, weights);
        double error = Math.sqrt(spread(runs, weights, mean) / ((k - 1) * pooledWeight));
        double reach = TDistribution.of(k - 1).inverseCumulativeProbability(0.975) * error;
        return new SeedEffect(
                mean,
                mean - reach,
                mean + reach,
                Math.sqrt(tau2),
                q <= 0 ? 0 : Math.max(0, (q - (k - 1)) / q),
                k);
    }

    private static double mean(List<Estimate> runs, double[] weights) {
        double sum = 0;
        double total = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * runs.get(i).value();
            total += weights[i];
        }
        return sum / total;
    }

    private static double spread(List<Estimate> runs, double[] weights, double mean) {
        double spread = 0;
        for (int i = 0; i < weights.length; i++) {
            double gap = runs.get(i).value() - mean;
            spread += weights[i] * gap * gap;
        }
        return spread;
    }
}
