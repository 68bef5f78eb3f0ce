package org.kindred.eval.benchmark;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;

/**
 * A judge that reads pairs, asked in both orders (protocol of PersonalRewardBench, arXiv
 * 2506.05598): each order is a judgement of its own, a tie or a failure scores 0.
 *
 * <p>Deviation: the published interval resamples judgements; ours resamples users, whose judgements
 * belong together.
 *
 * @param accuracy over two judgements a pair
 * @param chosenFirst accuracy with the chosen answer shown first
 * @param chosenSecond likewise shown second
 * @param bias absolute difference of the two
 * @param consistency share of pairs on which both orders prefer the same answer
 */
public record TwoOrders(
        Interval accuracy,
        double chosenFirst,
        double chosenSecond,
        @JsonProperty("position_bias") double bias,
        @JsonProperty("position_consistency") double consistency) {

    /** One pair: what each order says of the chosen answer. */
    public record Pair(PairOutcome first, PairOutcome second) {

        /** True if both orders prefer the same answer. */
        public boolean consistent() {
            return first == second && (first == PairOutcome.RIGHT || first == PairOutcome.WRONG);
        }
    }

    /**
     * @param byUser pairs of each user; at least one pair in all
     */
    public static TwoOrders of(List<List<Pair>> byUser, Bootstrap bootstrap) {
        double first = 0;
        double second = 0;
        double consistent = 0;
        double pairs = 0;
        for (List<Pair> own : byUser) {
            for (Pair pair : own) {
                first += pair.first().strict();
                second += pair.second().strict();
                consistent += pair.consistent() ? 1 : 0;
                pairs++;
            }
        }
        return new TwoOrders(
                bootstrap.mean(byUser.stream().map(TwoOrders::cluster).toList()),
                first / pairs,
                second / pairs,
                Math.abs(first - second) / pairs,
                consistent / pairs);
    }

    private static Bootstrap.Cluster cluster(List<Pair> pairs) {
        double right =
                pairs.stream().mapToDouble(p -> p.first().strict() + p.second().strict()).sum();
        return new Bootstrap.Cluster(right, 2.0 * pairs.size());
    }
}
