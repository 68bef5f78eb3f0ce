package org.kindred.eval.alignment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;

/**
 * How often one policy's completion is preferred to another's, for the same user and prompt.
 *
 * <p>Rate = {@code (wins + ties / 2) / compared}. A judge that reads both completions together is
 * asked in both orders; orders that contradict each other are a tie. A pair without a verdict in
 * one order is not compared, and counted.
 *
 * @param by whose verdict: {@code truth} (the simulation), {@code judge} (the embedded one, which
 *     reads completions one by one), or the name of another judge
 * @param group of users, or {@link Alignment#ALL}
 * @param rate interval over users
 * @param consistency share of compared pairs on which both orders prefer the same completion or
 *     both see a tie; 1 for verdicts without an order
 */
public record WinRate(
        String policy,
        String baseline,
        String by,
        String group,
        int wins,
        int ties,
        int losses,
        int unscored,
        Interval rate,
        @JsonProperty("position_consistency") double consistency) {

    /**
     * One comparison.
     *
     * @param first what the judge says with the policy's completion shown first; {@code RIGHT} if
     *     that is preferred
     * @param second likewise with it shown second
     */
    public record Verdict(String userId, String group, PairOutcome first, PairOutcome second) {

        /** A verdict without an order. */
        public static Verdict of(String userId, String group, PairOutcome outcome) {
            return new Verdict(userId, group, outcome, outcome);
        }

        private PairOutcome both() {
            if (first == PairOutcome.UNSCORED || second == PairOutcome.UNSCORED) {
                return PairOutcome.UNSCORED;
            }
            return first == second ? first : PairOutcome.TIE;
        }
    }

    /** Rates over all users and for each group. */
    public static List<WinRate> of(
            String policy,
            String baseline,
            String by,
            List<Verdict> verdicts,
            Bootstrap bootstrap) {
        Map<String, List<Verdict>> groups = new TreeMap<>();
        verdicts.forEach(v -> groups.computeIfAbsent(v.group(), name -> new ArrayList<>()).add(v));
        List<WinRate> rates = new ArrayList<>();
        rates.add(one(policy, baseline, by, Alignment.ALL, verdicts, bootstrap));
        groups.forEach((group, own) -> rates.add(one(policy, baseline, by, group, own, bootstrap)));
        return rates;
    }

    private static WinRate one(
            String policy,
            String baseline,
            String by,
            String group,
            List<Verdict> verdicts,
            Bootstrap bootstrap) {
        Map<PairOutcome, Integer> counts = new EnumMap<>(PairOutcome.class);
        int consistent = 0;
        Map<String, double[]> users = new LinkedHashMap<>();
        for (Verdict verdict : verdicts) {
            PairOutcome both = verdict.both();
            counts.merge(both, 1, Integer::sum);
            if (both != PairOutcome.UNSCORED) {
                consistent += verdict.first() == verdict.second() ? 1 : 0;
                double[] user = users.computeIfAbsent(verdict.userId(), id -> new double[2]);
                user[0] += both == PairOutcome.RIGHT ? 1 : both == PairOutcome.TIE ? 0.5 : 0;
                user[1]++;
            }
        }
        int unscored = counts.getOrDefault(PairOutcome.UNSCORED, 0);
        return new WinRate(
                policy,
                baseline,
                by,
                group,
                counts.getOrDefault(PairOutcome.RIGHT, 0),
                counts.getOrDefault(PairOutcome.TIE, 0),
                counts.getOrDefault(PairOutcome.WRONG, 0),
                unscored,
                bootstrap.mean(
                        users.values().stream()
                                .map(u -> new Bootstrap.Cluster(u[0], u[1]))
                                .toList()),
                consistent / (double) (verdicts.size() - unscored));
    }
}
