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
import org.kindred.eval.stats.Contrast;
import org.kindred.eval.stats.Effect;
import org.kindred.eval.stats.Interval;

/**
 * How often one policy's completion is preferred to another's, for the same user and prompt.
 *
 * <p>Rate = {@code (wins + ties / 2) / compared}. A judge that reads both completions together is
 * asked in both orders; orders that contradict each other are a tie. A pair without a verdict in
 * one order is not compared, and counted.
 *
 * @param by whose verdict: {@code truth} (the simulation), {@code judge} (the rewarding one),
 *     {@code evaluating judge}, which read completions one by one, or the name of another judge
 * @param group of users, or {@link Alignment#ALL}
 * @param unscored pairs without a verdict; neither wins nor losses
 * @param rate interval over users
 * @param consistency share of compared pairs on which both orders prefer the same completion or
 *     both see a tie; 1 for verdicts without an order
 * @param p of a paired permutation test over users that the rate is one half
 * @param holm p adjusted over the groups; of all groups together as it is
 * @param effect size of the rate's distance from one half
 * @param sentence the comparison in words
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
        @JsonProperty("position_consistency") double consistency,
        double p,
        @JsonProperty("p_holm") double holm,
        Effect effect,
        String sentence) {

    /**
     * One comparison.
     *
     * @param group of the user; {@link Alignment#ALL} for none
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

    /** Who is compared with whom, and by whom. */
    public record Counting(String policy, String baseline, String by) {

        /** Rates over all users and for each group. */
        public List<WinRate> rates(
                List<Verdict> verdicts, Contrast.Maker contrasts, Bootstrap bootstrap) {
            Map<String, Tally> groups = new TreeMap<>();
            Tally all = new Tally();
            for (Verdict verdict : verdicts) {
                all.add(verdict);
                if (!verdict.group().equals(Alignment.ALL)) {
                    groups.computeIfAbsent(verdict.group(), name -> new Tally()).add(verdict);
                }
            }
            List<WinRate> rates = new ArrayList<>();
            rates.add(rate(Alignment.ALL, all, contrasts.of(all.margins()), bootstrap));
            List<String> names = List.copyOf(groups.keySet());
            List<Contrast> family =
                    contrasts.family(
                            names.stream().map(name -> groups.get(name).margins()).toList());
            for (int i = 0; i < names.size(); i++) {
                rates.add(rate(names.get(i), groups.get(names.get(i)), family.get(i), bootstrap));
            }
            return rates;
        }

        private WinRate rate(String group, Tally tally, Contrast contrast, Bootstrap bootstrap) {
            return new WinRate(
                    policy,
                    baseline,
                    by,
                    group,
                    tally.count(PairOutcome.RIGHT),
                    tally.count(PairOutcome.TIE),
                    tally.count(PairOutcome.WRONG),
                    tally.count(PairOutcome.UNSCORED),
                    bootstrap.mean(tally.points()),
                    tally.consistency(),
                    contrast.p(),
                    contrast.holm(),
                    contrast.effect(),
                    contrast.sentence(
                            policy,
                            baseline,
                            "win rate above one half, by " + by,
                            group.equals(Alignment.ALL) ? "" : "group " + group));
        }
    }

    /** Verdicts of a group of users, counted. */
    private static final class Tally {
        private final Map<PairOutcome, Integer> counts = new EnumMap<>(PairOutcome.class);
        private final Map<String, double[]> users = new LinkedHashMap<>(); // points, compared
        private int consistent;
        private int compared;

        void add(Verdict verdict) {
            PairOutcome both = verdict.both();
            counts.merge(both, 1, Integer::sum);
            if (both != PairOutcome.UNSCORED) {
                consistent += verdict.first() == verdict.second() ? 1 : 0;
                compared++;
                double[] user = users.computeIfAbsent(verdict.userId(), id -> new double[2]);
                user[0] += both == PairOutcome.RIGHT ? 1 : both == PairOutcome.TIE ? 0.5 : 0;
                user[1]++;
            }
        }

        int count(PairOutcome outcome) {
            return counts.getOrDefault(outcome, 0);
        }

        double consistency() {
            return consistent / (double) compared;
        }

        List<Bootstrap.Cluster> points() {
            return users.values().stream().map(u -> new Bootstrap.Cluster(u[0], u[1])).toList();
        }

        /** Points above one half a pair. */
        List<Bootstrap.Cluster> margins() {
            return users.values().stream()
                    .map(u -> new Bootstrap.Cluster(u[0] - u[1] / 2, u[1]))
                    .toList();
        }
    }
}
