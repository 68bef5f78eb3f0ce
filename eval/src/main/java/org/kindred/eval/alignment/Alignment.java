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
import org.kindred.datasets.SeedTree;
import org.kindred.eval.stats.Bootstrap;
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
 * @param summaries per policy and cell: worst group, gap, equal-weighted mean
 */
public record Alignment(List<Row> rows, List<Comparison> comparisons, List<Summary> summaries) {

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
     * @param verdict plain words for the interval of the utility
     */
    public record Comparison(
            String policy,
            String baseline,
            String cell,
            String group,
            Interval utility,
            Interval reward,
            String verdict) {}

    /**
     * @param worstGroup true group with the lowest mean utility
     * @param gap best minus worst group mean
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
            @JsonProperty("share_weighted") double shareWeighted) {}

    /**
     * @param samples of all policies
     * @param policies in the order of tables; each is compared with all before it
     * @param draws bootstrap resamples of users
     */
    public static Alignment of(
            List<Sample> samples, List<String> policies, int draws, SeedTree seeds) {
        Bootstrap bootstrap = new Bootstrap(draws, seeds.child("bootstrap"));
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
                Map<String, Double> groupMeans = new TreeMap<>();
                byGroup(own, Sample::group)
                        .forEach(
                                (group, part) -> {
                                    Row row = row(policy, cell, "truth", group, part, bootstrap);
                                    rows.add(row);
                                    if (!group.equals(ALL)) {
                                        groupMeans.put(group, row.utility().mean());
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
                summaries.add(summary(policy, cell, groupMeans, own));
            }
            for (int i = 0; i < policies.size(); i++) {
                for (int j = 0; j < i; j++) {
                    comparisons.addAll(
                            compare(inCell, cell, policies.get(i), policies.get(j), bootstrap));
                }
            }
        }
        return new Alignment(rows, comparisons, summaries);
    }

    /** The summary of one policy over all cells. */
    public Summary summary(String policy) {
        return summaries.stream()
                .filter(s -> s.policy().equals(policy) && s.cell().equals(ALL))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, List<Sample>> byGroup(
            List<Sample> samples, Function<Sample, String> group) {
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

    private static Interval interval(
            List<Sample> samples, ToDoubleFunction<Sample> value, Bootstrap bootstrap) {
        Map<String, List<Double>> byUser = new TreeMap<>();
        for (Sample sample : samples) {
            double number = value.applyAsDouble(sample);
            if (Double.isFinite(number)) {
                byUser.computeIfAbsent(sample.userId(), id -> new ArrayList<>()).add(number);
            }
        }
        return bootstrap.mean(byUser.values().stream().map(Bootstrap.Cluster::of).toList());
    }

    private static Summary summary(
            String policy, String cell, Map<String, Double> groupMeans, List<Sample> samples) {
        Map.Entry<String, Double> worst =
                groupMeans.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
        double best =
                groupMeans.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return new Summary(
                policy,
                cell,
                worst.getKey(),
                worst.getValue(),
                best - worst.getValue(),
                groupMeans.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElseThrow(),
                samples.stream().mapToDouble(Sample::utility).average().orElseThrow());
    }

    private static List<Comparison> compare(
            List<Sample> samples,
            String cell,
            String policy,
            String baseline,
            Bootstrap bootstrap) {
        Map<String, Sample> partners = new LinkedHashMap<>();
        samples.stream()
                .filter(s -> s.policy().equals(baseline))
                .forEach(s -> partners.put(s.prompt() + "/" + s.index(), s));
        List<Sample> differences = new ArrayList<>();
        for (Sample sample : samples) {
            Sample partner = partners.get(sample.prompt() + "/" + sample.index());
            if (sample.policy().equals(policy) && partner != null) {
                differences.add(
                        new Sample(
                                policy,
                                sample.userId(),
                                sample.seen(),
                                sample.inDomain(),
                                sample.group(),
                                sample.prototype(),
                                sample.prompt(),
                                sample.index(),
                                sample.reward() - partner.reward(),
                                sample.utility() - partner.utility(),
                                0,
                                ""));
            }
        }
        List<Comparison> comparisons = new ArrayList<>();
        byGroup(differences, Sample::group)
                .forEach(
                        (group, part) -> {
                            Interval utility = interval(part, Sample::utility, bootstrap);
                            comparisons.add(
                                    new Comparison(
                                            policy,
                                            baseline,
                                            cell,
                                            group,
                                            utility,
                                            interval(part, Sample::reward, bootstrap),
                                            verdict(utility)));
                        });
        return comparisons;
    }

    private static String verdict(Interval difference) {
        return difference.low() > 0
                ? "better"
                : difference.high() < 0 ? "worse" : "not distinguishable";
    }
}
