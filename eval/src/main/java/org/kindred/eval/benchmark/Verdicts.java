package org.kindred.eval.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Preference;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.eval.metric.PairTally;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;
import org.kindred.eval.stats.Means;

/** What an arm said of the targets of a cell, user by user in the order of the data. */
final class Verdicts {

    /**
     * One target.
     *
     * @param orders both orders of showing it, or null
     */
    record Verdict(String userId, PairOutcome outcome, TwoOrders.@Nullable Pair orders) {}

    private final Map<String, List<Verdict>> byUser = new LinkedHashMap<>();
    private long tokens;

    /** Asks the arm about one target. */
    static Verdict of(Arm.UserScorer scorer, Preference target) {
        double[][] orders = scorer.orders(target);
        if (orders == null) {
            double[] scores = scorer.score(target);
            return new Verdict(target.userId(), PairOutcome.of(scores[0], scores[1]), null);
        }
        return new Verdict(
                target.userId(),
                PairOutcome.of(
                        (orders[0][0] + orders[1][0]) / 2, (orders[0][1] + orders[1][1]) / 2),
                new TwoOrders.Pair(
                        PairOutcome.of(orders[0][0], orders[0][1]),
                        PairOutcome.of(orders[1][0], orders[1][1])));
    }

    void add(Verdict verdict) {
        byUser.computeIfAbsent(verdict.userId(), id -> new ArrayList<>()).add(verdict);
    }

    /** Those of some users; what they cost is the mean of all. */
    Verdicts of(Predicate<String> users) {
        Verdicts some = new Verdicts();
        byUser.forEach(
                (user, verdicts) -> {
                    if (users.test(user)) {
                        some.byUser.put(user, verdicts);
                    }
                });
        int all = size();
        some.tokens = all == 0 ? 0 : tokens * some.size() / all;
        return some;
    }

    boolean isEmpty() {
        return byUser.isEmpty();
    }

    /** True if no target got two scores. */
    boolean isSilent() {
        return byUser.values().stream()
                .flatMap(List::stream)
                .allMatch(verdict -> verdict.outcome() == PairOutcome.UNSCORED);
    }

    private int size() {
        return byUser.values().stream().mapToInt(List::size).sum();
    }

    /** What the answers cost together. */
    void spent(long tokensOfAll) {
        tokens = tokensOfAll;
    }

    Accuracy summarise(String arm, int shots, String cell, Bootstrap bootstrap) {
        List<Bootstrap.Cluster> clusters = new ArrayList<>();
        List<Double> userAccuracies = new ArrayList<>();
        List<List<TwoOrders.Pair>> orders = new ArrayList<>();
        for (List<Verdict> verdicts : byUser.values()) {
            Bootstrap.Cluster cluster =
                    new Bootstrap.Cluster(
                            verdicts.stream().mapToDouble(v -> v.outcome().strict()).sum(),
                            verdicts.size());
            clusters.add(cluster);
            userAccuracies.add(cluster.mean());
            orders.add(
                    verdicts.stream()
                            .flatMap(verdict -> Stream.ofNullable(verdict.orders()))
                            .toList());
        }
        userAccuracies.sort(null);
        int decile = Math.max(1, userAccuracies.size() / 10);
        PairTally tally =
                PairTally.of(
                        byUser.values().stream()
                                .flatMap(List::stream)
                                .map(Verdict::outcome)
                                .toList());
        boolean silent = isSilent();
        return new Accuracy(
                arm,
                shots,
                cell,
                byUser.size(),
                tally.pairs(),
                silent
                        ? new Interval(Double.NaN, Double.NaN, Double.NaN, byUser.size())
                        : bootstrap.mean(clusters),
                silent ? Double.NaN : Means.of(userAccuracies),
                silent ? Double.NaN : tally.halfTie(),
                tally.tieShare(),
                tally.unscored() / (double) tally.pairs(),
                silent ? Double.NaN : Means.of(userAccuracies.subList(0, decile)),
                tally.decidedOnly(),
                tally.coverage(),
                tokens / (double) tally.pairs(),
                orders.stream().allMatch(List::isEmpty) ? null : TwoOrders.of(orders, bootstrap));
    }

    /** Summed differences in strict accuracy of each user, target by target. */
    List<Bootstrap.Cluster> minus(Verdicts baseline) {
        List<Bootstrap.Cluster> clusters = new ArrayList<>();
        byUser.forEach(
                (user, verdicts) -> {
                    List<Verdict> others = baseline.byUser.get(user);
                    double sum = 0;
                    for (int i = 0; i < verdicts.size(); i++) {
                        sum +=
                                verdicts.get(i).outcome().strict()
                                        - others.get(i).outcome().strict();
                    }
                    clusters.add(new Bootstrap.Cluster(sum, verdicts.size()));
                });
        return clusters;
    }
}
