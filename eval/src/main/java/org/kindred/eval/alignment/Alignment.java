package org.kindred.eval.alignment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.metric.Fairness;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;
import org.kindred.eval.stats.Effect;
import org.kindred.eval.stats.Interval;

/**
 * Statistics of evaluated completions: per policy, cell and group, and paired differences between
 * policies.
 *
 * <p>The means over {@code all} groups weigh every completion alike, that is, groups by their share
 * of users.
 *
 * @param rows per policy, cell, grouping and group
 * @param comparisons paired differences: same user, prompt and completion number
 * @param summaries per policy and cell: worst group, gap, Gini, both means
 * @param exchanges what each change did to the largest group and to the others; empty in files of
 *     version 1, as are the following
 * @param winRates how often a policy's completion is preferred
 * @param diversity how much completions repeat each other
 */
public record Alignment(
        List<Row> rows,
        List<Comparison> comparisons,
        List<Summary> summaries,
        List<Exchange> exchanges,
        @JsonProperty("win_rates") List<WinRate> winRates,
        List<Diversity> diversity) {

    public Alignment {
        exchanges = exchanges == null ? List.of() : List.copyOf(exchanges);
        winRates = winRates == null ? List.of() : List.copyOf(winRates);
        diversity = diversity == null ? List.of() : List.copyOf(diversity);
    }

    /** The name under which all groups, or all cells, are taken together. */
    public static final String ALL = "all";

    /**
     * @param grouping {@code truth} (the simulation's groups) or {@code prototype} (the groups that
     *     training used)
     * @param rewardStd standard deviation of the judge's totals over the group's completions
     * @param words mean length in words
     */
    public record Row(
            String policy,
            String cell,
            String grouping,
            String group,
            int users,
            int completions,
            Interval utility,
            Interval reward,
            @JsonProperty("reward_std") double rewardStd,
            double words) {}

    /**
     * {@code policy - baseline} in true utility and judge reward.
     *
     * @param verdict plain words for the difference in utility, by the adjusted p
     * @param p of a paired permutation test over users, in utility
     * @param holm p adjusted over the groups of the cell; of all groups together as it is
     * @param effect size of the difference in utility; null in files of version 1
     * @param sentence the comparison in words; null in files of version 1
     */
    public record Comparison(
            String policy,
            String baseline,
            String cell,
            String group,
            Interval utility,
            Interval reward,
            String verdict,
            double p,
            @JsonProperty("p_holm") double holm,
            @Nullable Effect effect,
            @Nullable String sentence) {}

    /** {@link Fairness.Exchange} of a policy against a baseline in true utility. */
    public record Exchange(
            String policy,
            String baseline,
            String cell,
            String majority,
            @JsonProperty("majority_cost") double majorityCost,
            @JsonProperty("minority_gain") double minorityGain) {}

    /**
     * @param worstGroup true group with the lowest mean utility
     * @param gap best minus worst group mean
     * @param gini inequality of the group means, see {@link Fairness}
     * @param equalWeighted mean of the group means
     * @param shareWeighted mean over all completions
     */
    public record Summary(
            String policy,
            String cell,
            @JsonProperty("worst_group") String worstGroup,
            @JsonProperty("worst_utility") double worstUtility,
            double gap,
            @JsonProperty("equal_weighted") double equalWeighted,
            @JsonProperty("share_weighted") double shareWeighted,
            double gini) {}

    /**
     * @param samples of all policies
     * @param policies in the order of tables; each is compared with all before it
     * @param draws bootstrap resamples of users
     */
    public static Alignment of(
            List<Sample> samples, List<String> policies, int draws, SeedTree seeds) {
        Bootstrap bootstrap = new Bootstrap(draws, seeds.child("bootstrap"));
        Contrast.Maker contrasts = new Contrast.Maker(draws, seeds);
        List<Exchange> exchanges = new ArrayList<>();
        List<WinRate> winRates = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        List<Comparison> comparisons = new ArrayList<>();
        List<Summary> summaries = new ArrayList<>();
        TreeSet<String> cells =
                new TreeSet<>(
                        Comparator.comparing((String cell) -> !cell.equals(ALL))
                                .thenComparing(c -> c));
        cells.add(ALL);
        samples.forEach(sample -> cells.add(sample.cell()));
        for (String cell : cells) {
            List<Sample> inCell =
                    samples.stream()
                            .filter(s -> cell.equals(ALL) || s.cell().equals(cell))
                            .toList();
            for (String policy : policies) {
                List<Sample> own = inCell.stream().filter(s -> s.policy().equals(policy)).toList();
                Map<String, Fairness.Group> groupMeans = new TreeMap<>();
                byGroup(own, Sample::group)
                        .forEach(
                                (group, part) -> {
                                    Row row = row(policy, cell, "truth", group, part, bootstrap);
                                    rows.add(row);
                                    if (!group.equals(ALL)) {
                                        groupMeans.put(
                                                group,
                                                new Fairness.Group(
                                                        row.utility().mean(), part.size()));
                                    }
                                });
                byGroup(own, Sample::prototype)
                        .forEach(
                                (group, part) -> {
                                    if (!group.equals(ALL)) {
                                        rows.add(
                                                row(
                                                        policy,
                                                        cell,
                                                        "prototype",
                                                        group,
                                                        part,
                                                        bootstrap));
                                    }
                                });
                summaries.add(summary(policy, cell, Fairness.of(groupMeans)));
            }
            for (int i = 0; i < policies.size(); i++) {
                for (int j = 0; j < i; j++) {
                    Pairing pairing = new Pairing(inCell, policies.get(i), policies.get(j));
                    comparisons.addAll(pairing.compare(cell, contrasts, bootstrap));
                    pairing.exchange(cell).ifPresent(exchanges::add);
                    if (cell.equals(ALL)) {
                        winRates.addAll(pairing.winRates(contrasts, bootstrap));
                    }
                }
            }
        }
        return new Alignment(
                rows,
                comparisons,
                summaries,
                exchanges,
                winRates,
                Diversity.of(samples, policies, seeds.child("diversity")));
    }

    /** The summary of one policy over all cells. */
    public Summary summary(String policy) {
        return summaries.stream()
                .filter(s -> s.policy().equals(policy) && s.cell().equals(ALL))
                .findFirst()
                .orElseThrow();
    }

    static Map<String, List<Sample>> byGroup(List<Sample> samples, Function<Sample, String> group) {
        Map<String, List<Sample>> parts = new LinkedHashMap<>();
        parts.put(ALL, samples);
        samples.stream()
                .map(group)
                .distinct()
                .sorted()
                .forEach(name -> parts.put(name, new ArrayList<>()));
        samples.forEach(sample -> parts.get(group.apply(sample)).add(sample));
        return parts;
    }

    private static Row row(
            String policy,
            String cell,
            String grouping,
            String group,
            List<Sample> samples,
            Bootstrap bootstrap) {
        double[] rewards =
                samples.stream().mapToDouble(Sample::reward).filter(Double::isFinite).toArray();
        double mean = java.util.Arrays.stream(rewards).average().orElse(Double.NaN);
        double variance =
                java.util.Arrays.stream(rewards)
                        .map(r -> (r - mean) * (r - mean))
                        .average()
                        .orElse(Double.NaN);
        int users = (int) samples.stream().map(Sample::userId).distinct().count();
        return new Row(
                policy,
                cell,
                grouping,
                group,
                users,
                samples.size(),
                interval(samples, Sample::utility, bootstrap),
                interval(samples, Sample::reward, bootstrap),
                Math.sqrt(variance),
                samples.stream().mapToInt(Sample::words).average().orElse(Double.NaN));
    }

    static Interval interval(
            List<Sample> samples, ToDoubleFunction<Sample> value, Bootstrap bootstrap) {
        return bootstrap.mean(clusters(samples, value));
    }

    /** Finite values of each user, users in the order of their ids. */
    static List<Bootstrap.Cluster> clusters(List<Sample> samples, ToDoubleFunction<Sample> value) {
        Map<String, List<Double>> byUser = new TreeMap<>();
        for (Sample sample : samples) {
            double number = value.applyAsDouble(sample);
            if (Double.isFinite(number)) {
                byUser.computeIfAbsent(sample.userId(), id -> new ArrayList<>()).add(number);
            }
        }
        return byUser.values().stream().map(Bootstrap.Cluster::of).toList();
    }

    private static Summary summary(String policy, String cell, Fairness fairness) {
        return new Summary(
                policy,
                cell,
                fairness.worstGroup(),
                fairness.worst(),
                fairness.gap(),
                fairness.equalWeighted(),
                fairness.shareWeighted(),
                fairness.gini());
    }
}
