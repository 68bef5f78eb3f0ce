package org.kindred.eval.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.kindred.datasets.Preference;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.eval.metric.PairTally;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;
import org.kindred.eval.stats.Means;

/** What an arm said of the targets of a cell, user by user in the order of the data. */
final class Verdicts {

    /** One target. */
    record Verdict(String userId, Arm.Reading reading) {
        PairOutcome outcome() {
            return reading.outcome();
        }

        boolean isScored() {
            return outcome() != PairOutcome.UNSCORED;
        }
    }

    private final Map<String, List<Verdict>> byUser = new LinkedHashMap<>();
    private long tokens;

    /** Asks the arm about one target. */
    static Verdict of(Arm.UserScorer scorer, Preference target) {
        return new Verdict(target.userId(), scorer.read(target));
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
        return byUser.values().stream().flatMap(List::stream).noneMatch(Verdict::isScored);
    }

    int size() {
        return byUser.values().stream().mapToInt(List::size).sum();
    }

    /** What the answers cost together. */
    void spent(long tokensOfAll) {
        tokens = tokensOfAll;
    }

    /**
     * Accuracies are of the targets that were scored: one that was not, or only in one order, is
     * missing and counted apart.
     */
    Accuracy summarise(String arm, int shots, String cell, Bootstrap bootstrap) {
        List<Bootstrap.Cluster> clusters = new ArrayList<>();
        List<Double> userAccuracies = new ArrayList<>();
        List<List<TwoOrders.Pair>> orders = new ArrayList<>();
        List<PairOutcome> all = new ArrayList<>();
        Map<String, Integer> failures = new TreeMap<>();
        for (List<Verdict> verdicts : byUser.values()) {
            verdicts.forEach(
                    verdict -> {
                        all.add(verdict.outcome());
                        String failure = verdict.reading().failure();
                        if (!verdict.isScored() && failure != null) {
                            failures.merge(failure, 1, Integer::sum);
                        }
                    });
            List<Verdict> scored = verdicts.stream().filter(Verdict::isScored).toList();
            if (scored.isEmpty()) {
                continue;
            }
            Bootstrap.Cluster cluster =
                    new Bootstrap.Cluster(
                            scored.stream().mapToDouble(v -> v.outcome().strict()).sum(),
                            scored.size());
            clusters.add(cluster);
            userAccuracies.add(cluster.mean());
            orders.add(
                    scored.stream()
                            .flatMap(verdict -> Stream.ofNullable(verdict.reading().orders()))
                            .toList());
        }
        userAccuracies.sort(null);
        int decile = Math.max(1, userAccuracies.size() / 10);
        PairTally tally = PairTally.of(all);
        PairTally scored =
                PairTally.of(all.stream().filter(o -> o != PairOutcome.UNSCORED).toList());
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
                silent ? Double.NaN : scored.halfTie(),
                tally.tieShare(),
                tally.unscored() / (double) tally.pairs(),
                silent ? Double.NaN : Means.of(userAccuracies.subList(0, decile)),
                tally.decidedOnly(),
                tally.coverage(),
                tokens / (double) tally.pairs(),
                orders.stream().allMatch(List::isEmpty) ? null : TwoOrders.of(orders, bootstrap),
                failures);
    }

    /**
     * Summed differences in strict accuracy of each user, target by target, over the targets that
     * both scored; users without such a target are left out.
     */
    List<Bootstrap.Cluster> minus(Verdicts baseline) {
        List<Bootstrap.Cluster> clusters = new ArrayList<>();
        byUser.forEach(
                (user, verdicts) -> {
                    List<Verdict> others = baseline.byUser.get(user);
                    double sum = 0;
                    int compared = 0;
                    for (int i = 0; i < verdicts.size(); i++) {
                        if (verdicts.get(i).isScored() && others.get(i).isScored()) {
                            sum +=
                                    verdicts.get(i).outcome().strict()
                                            - others.get(i).outcome().strict();
                            compared++;
                        }
                    }
                    if (compared > 0) {
                        clusters.add(new Bootstrap.Cluster(sum, compared));
                    }
                });
        return clusters;
    }
}
