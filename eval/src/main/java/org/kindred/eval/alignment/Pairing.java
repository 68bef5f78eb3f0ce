package org.kindred.eval.alignment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.kindred.eval.metric.Fairness;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;

/** Completions of two policies for the same user, prompt and number, side by side. */
final class Pairing {

    private final Measure measure;
    private final String policy;
    private final String baseline;
    private final List<SamplePair> pairs;
    private final Map<String, List<Sample>> byGroup;

    Pairing(List<Sample> samples, Measure measure, String policy, String baseline) {
        this.measure = measure;
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
                contrasts.family(groups.stream().map(group -> values(byGroup.get(group))).toList());
        List<Alignment.Comparison> comparisons = new ArrayList<>();
        comparisons.add(
                comparison(
                        cell,
                        Alignment.ALL,
                        contrasts.of(values(byGroup.get(Alignment.ALL))),
                        bootstrap));
        for (int i = 0; i < groups.size(); i++) {
            comparisons.add(comparison(cell, groups.get(i), family.get(i), bootstrap));
        }
        return comparisons;
    }

    private List<Bootstrap.Cluster> values(List<Sample> differences) {
        return Alignment.clusters(differences, measure::of);
    }

    private Alignment.Comparison comparison(
            String cell, String group, Contrast contrast, Bootstrap bootstrap) {
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
                contrast.sentence(policy, baseline, measure.words(), Slice.words(cell, group)));
    }

    /** Empty if the policies share no prompt. */
    Optional<Alignment.Exchange> exchange(String cell) {
        Map<String, Fairness.Group> changes = new TreeMap<>();
        byGroup.forEach(
                (group, own) -> {
                    if (!group.equals(Alignment.ALL)) {
                        double mean =
                                own.stream()
                                        .mapToDouble(measure::of)
                                        .filter(Double::isFinite)
                                        .average()
                                        .orElse(Double.NaN);
                        if (Double.isFinite(mean)) {
                            changes.put(group, new Fairness.Group(mean, own.size()));
                        }
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

    /** By every measure that completions have; all of these read them one by one. */
    List<WinRate> winRates(Contrast.Maker contrasts, Bootstrap bootstrap) {
        List<WinRate> rates = new ArrayList<>();
        List<Sample> both =
                pairs.stream().flatMap(pair -> Stream.of(pair.policy(), pair.baseline())).toList();
        for (Measure by : List.of(Measure.REWARD, Measure.EVALUATING_JUDGE, Measure.TRUE_UTILITY)) {
            if (by.isKnown(both)) {
                rates.addAll(
                        new WinRate.Counting(policy, baseline, by.by())
                                .rates(verdicts(by::of), contrasts, bootstrap));
            }
        }
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
