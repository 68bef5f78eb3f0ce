package org.kindred.eval.alignment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.kindred.eval.metric.Fairness;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;

/** Completions of two policies for the same user, prompt and number, side by side. */
final class Pairing {

    private final String policy;
    private final String baseline;
    private final List<SamplePair> pairs;
    private final Map<String, List<Sample>> byGroup;

    Pairing(List<Sample> samples, String policy, String baseline) {
        this.policy = policy;
        this.baseline = baseline;
        pairs = SamplePair.of(samples, policy, baseline);
        byGroup =
                Alignment.byGroup(
                        pairs.stream().map(SamplePair::difference).toList(), Sample::group);
    }

    /** All groups together, then each; p adjusted over the groups. */
    List<Alignment.Comparison> compare(String cell, Contrast.Maker contrasts, Bootstrap bootstrap) {
        List<String> groups =
                byGroup.keySet().stream().filter(g -> !g.equals(Alignment.ALL)).toList();
        List<Contrast> family =
                contrasts.family(
                        groups.stream().map(group -> utilities(byGroup.get(group))).toList());
        List<Alignment.Comparison> comparisons = new ArrayList<>();
        comparisons.add(
                comparison(
                        cell,
                        Alignment.ALL,
                        contrasts.of(utilities(byGroup.get(Alignment.ALL))),
                        bootstrap));
        for (int i = 0; i < groups.size(); i++) {
            comparisons.add(comparison(cell, groups.get(i), family.get(i), bootstrap));
        }
        return comparisons;
    }

    private static List<Bootstrap.Cluster> utilities(List<Sample> differences) {
        return Alignment.clusters(differences, Sample::utility);
    }

    private Alignment.Comparison comparison(
            String cell, String group, Contrast contrast, Bootstrap bootstrap) {
        boolean everywhere = cell.equals(Alignment.ALL);
        boolean everybody = group.equals(Alignment.ALL);
        String where =
                (everybody ? "" : "group " + group)
                        + (everybody || everywhere ? "" : ", ")
                        + (everywhere ? "" : cell.replace('_', ' '));
        return new Alignment.Comparison(
                policy,
                baseline,
                cell,
                group,
                contrast.difference(),
                Alignment.interval(byGroup.get(group), Sample::reward, bootstrap),
                contrast.verdict(),
                contrast.p(),
                contrast.holm(),
                contrast.effect(),
                contrast.sentence(policy, baseline, "true utility", where));
    }

    /** Empty if the policies share no prompt. */
    Optional<Alignment.Exchange> exchange(String cell) {
        Map<String, Fairness.Group> changes = new TreeMap<>();
        byGroup.forEach(
                (group, own) -> {
                    if (!group.equals(Alignment.ALL)) {
                        double mean =
                                own.stream()
                                        .mapToDouble(Sample::utility)
                                        .average()
                                        .orElse(Double.NaN);
                        changes.put(group, new Fairness.Group(mean, own.size()));
                    }
                });
        if (changes.isEmpty()) {
            return Optional.empty();
        }
        Fairness.Exchange exchange = Fairness.exchange(changes);
        return Optional.of(
                new Alignment.Exchange(
                        policy,
                        baseline,
                        cell,
                        exchange.majority(),
                        exchange.majorityCost(),
                        exchange.minorityGain()));
    }

    /** By the embedded judge, which reads completions one by one, and by the simulation's truth. */
    List<WinRate> winRates(Contrast.Maker contrasts, Bootstrap bootstrap) {
        List<WinRate> rates = new ArrayList<>();
        WinRate.Counting judge = new WinRate.Counting(policy, baseline, "judge");
        rates.addAll(judge.rates(verdicts(Sample::reward), contrasts, bootstrap));
        WinRate.Counting truth = new WinRate.Counting(policy, baseline, "truth");
        rates.addAll(truth.rates(verdicts(Sample::utility), contrasts, bootstrap));
        return rates;
    }

    private List<WinRate.Verdict> verdicts(ToDoubleFunction<Sample> value) {
        return pairs.stream()
                .map(
                        pair ->
                                WinRate.Verdict.of(
                                        pair.policy().userId(),
                                        pair.policy().group(),
                                        PairOutcome.of(
                                                value.applyAsDouble(pair.policy()),
                                                value.applyAsDouble(pair.baseline()))))
                .toList();
    }
}
