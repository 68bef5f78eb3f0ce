package org.kindred.pipeline;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;
import org.kindred.reward.training.ChainMeasure;
import org.kindred.reward.training.ChainVerdict;

/**
 * A row of the closing table: held-back pairs of new users, each asked in both orders.
 *
 * @param accuracy chosen response first, ties one half, unread chains wrong; 95 % over users
 * @param pairs judged
 * @param numbers {@code parse_rate}, {@code stated_agreement} and {@code tie_rate}, where chains
 *     are written
 */
public record TestResult(Interval accuracy, int pairs, Map<String, Double> numbers) {
    private static final int DRAWS = 2_000;

    /**
     * @param chains whether the verdicts come from chains that were written and read
     */
    static TestResult of(List<ChainVerdict> verdicts, boolean chains, SeedTree seeds) {
        Map<String, double[]> users = new LinkedHashMap<>();
        for (ChainVerdict verdict : verdicts) {
            double[] sums = users.computeIfAbsent(verdict.userId(), id -> new double[2]);
            sums[0] += verdict.right();
            sums[1]++;
        }
        Interval accuracy =
                new Bootstrap(DRAWS, seeds)
                        .mean(
                                users.values().stream()
                                        .map(s -> new Bootstrap.Cluster(s[0], s[1]))
                                        .toList());
        Map<String, Double> numbers = new LinkedHashMap<>(ChainMeasure.numbers(verdicts));
        numbers.remove("accuracy");
        if (!chains) {
            numbers.keySet().removeAll(List.of("parse_rate", "stated_agreement"));
        }
        return new TestResult(accuracy, verdicts.size(), numbers);
    }
}
