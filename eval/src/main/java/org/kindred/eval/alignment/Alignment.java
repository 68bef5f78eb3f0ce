package org.kindred.eval.alignment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.metric.Fairness;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;
import org.kindred.eval.stats.Effect;
import org.kindred.eval.stats.Interval;

/**
 * Statistics of evaluated completions: per policy, cell and group, and paired differences between
 * policies, all by one measure.
 *
 * <p>The means over {@code all} groups weigh every completion alike, that is, groups by their share
 * of users.
 *
 * @param measure by which completions are measured: the best that they have
 * @param groups what the groups are, in words, for example {@code true groups}
 * @param rows per policy, cell, grouping and group
 * @param comparisons paired differences: same user, prompt and completion number
 * @param summaries per policy and cell: worst group, gap, Gini, both means
 * @param exchanges what each change did to the largest group and to the others
 * @param winRates how often a policy's completion is preferred
 * @param diversity how much completions repeat each other
 */
public record Alignment(
        Measure measure,
        String groups,
        List<Row> rows,
        List<Comparison> comparisons,
        List<Summary> summaries,
        List<Exchange> exchanges,
        List<WinRate> winRates,
        List<Diversity> diversity) {

    /** {@link Row#grouping} by the groups that people are told apart by. */
    public static final String GROUP = "group";

    /** {@link Row#grouping} by the groups that training used, where these are others. */
    public static final String PROTOTYPE = "prototype";

    /** The same with win rates of a further judge. */
    public Alignment with(List<WinRate> further) {
        List<WinRate> all = new ArrayList<>(winRates);
        all.addAll(further);
        return new Alignment(
                measure, groups, rows, comparisons, summaries, exchanges, all, diversity);
    }

    /**
     * The same without what rests on fewer users of a group: rows of groups in single cells, too,
     * and what is said of a cell's worst or largest group where one of them is so small.
     */
    public Alignment shown(int leastUsers) {
        Set<String> thin = new HashSet<>(); // cells with such a group
        rows.stream()
                .filter(row -> !row.group().equals(ALL) && row.users() < leastUsers)
                .filter(row -> !row.cell().equals(ALL)) // where small groups have no name
                .forEach(row -> thin.add(row.cell()));
        return new Alignment(
                measure,
                groups,
                rows.stream()
                        .filter(row -> row.group().equals(ALL) || row.users() >= leastUsers)
                        .toList(),
                comparisons.stream()
                        .filter(
                                row ->
                                        row.group().equals(ALL)
                                                || row.difference().clusters() >= leastUsers)
                        .toList(),
                summaries.stream().filter(row -> !thin.contains(row.cell())).toList(),
                exchanges.stream().filter(row -> !thin.contains(row.cell())).toList(),
                winRates,
                diversity);
    }

    /** The name under which all groups, or all cells, are taken together. */
    public static final String ALL = "all";

    /**
     * @param grouping {@link #GROUP} or {@link #PROTOTYPE}
     * @param value by the measure
     * @param reward total of the judge that rewarded the policies
     * @param evaluation total of the evaluating judge
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
            Interval value,
            Interval reward,
            Interval evaluation,
            double rewardStd,
            double words) {}

    /**
     * {@code policy - baseline} by the measure, and in judge reward.
     *
     * @param verdict plain words for the difference, by the adjusted p
     * @param p of a paired permutation test over users
     * @param holm p adjusted over the groups of the cell; of all groups together as it is
     * @param effect size of the difference
     * @param sentence the comparison in words
     */
    public record Comparison(
            String policy,
            String baseline,
            String cell,
            String group,
            Interval difference,
            Interval reward,
            String verdict,
            double p,
            @JsonProperty("p_holm") double holm,
            Effect effect,
            String sentence) {}

    /** {@link Fairness.Exchange} of a policy against a baseline, by the measure. */
    public record Exchange(
            String policy,
            String baseline,
            String cell,
            String majority,
            double majorityCost,
            double minorityGain) {}

    /**
     * @param worstGroup group with the lowest mean
     * @param gap best minus worst group mean
     * @param gini inequality of the group means, see {@link Fairness}
     * @param equalWeighted mean of the group means
     * @param shareWeighted mean over all completions
     */
    public record Summary(
            String policy,
            String cell,
            String worstGroup,
            double worst,
            double gap,
            double equalWeighted,
            double shareWeighted,
            double gini) {}

    /**
     * @param samples of all policies
     * @param policies in the order of tables; each is compared with all before it
     * @param groups what the groups of the samples are, in words
     * @param draws bootstrap resamples of users
     */
    public static Alignment of(
            List<Sample> samples, List<String> policies, String groups, int draws, SeedTree seeds) {
        Measure measure = Measure.of(samples);
        boolean others =
                samples.stream()
                        .anyMatch(
                                s ->
                                        !s.prototype().equals(ALL)
                                                && !s.prototype().equals(s.group()));
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
                                    Row row =
                                            row(
                                                    measure, policy, cell, GROUP, group, part,
                                                    bootstrap);
                                    rows.add(row);
                                    if (!group.equals(ALL) && Double.isFinite(row.value().mean())) {
                                        groupMeans.put(
                                                group,
                                                new Fairness.Group(
                                                        row.value().mean(), part.size()));
                                    }
                                });
                byGroup(own, Sample::prototype)
                        .forEach(
                                (group, part) -> {
                                    if (others && !group.equals(ALL)) {
                                        rows.add(
                                                row(
                                                        measure, policy, cell, PROTOTYPE, group,
                                                        part, bootstrap));
                                    }
                                });
                if (!groupMeans.isEmpty()) {
                    summaries.add(summary(policy, cell, Fairness.of(groupMeans)));
                }
            }
            for (int i = 0; i < policies.size(); i++) {
                for (int j = 0; j < i; j++) {
                    Pairing pairing =
                            new Pairing(inCell, measure, policies.get(i), policies.get(j));
                    comparisons.addAll(pairing.compare(cell, contrasts, bootstrap));
                    pairing.exchange(cell).ifPresent(exchanges::add);
                    if (cell.equals(ALL)) {
                        winRates.addAll(pairing.winRates(contrasts, bootstrap));
                    }
                }
            }
        }
        return new Alignment(
                measure,
                groups,
                rows,
                comparisons,
                summaries,
                exchanges,
                winRates,
                Diversity.of(samples, policies, seeds.child("diversity")));
    }

    /** The summary of one policy over all cells; empty if none of its completions was measured. */
    public Optional<Summary> summary(String policy) {
        return summaries.stream()
                .filter(s -> s.policy().equals(policy) && s.cell().equals(ALL))
                .findFirst();
    }

    static Map<String, List<Sample>> byGroup(List<Sample> samples, Function<Sample, String> group) {
        Map<String, List<Sample>> parts = new LinkedHashMap<>();
        parts.put(ALL, samples);
        samples.stream()
                .map(group)
                .distinct()
                .filter(name -> !name.equals(ALL)) // those whose group is not shown
                .sorted()
                .forEach(name -> parts.put(name, new ArrayList<>()));
        samples.stream()
                .filter(sample -> !group.apply(sample).equals(ALL))
                .forEach(sample -> parts.get(group.apply(sample)).add(sample));
        return parts;
    }

    private static Row row(
            Measure measure,
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
                interval(samples, measure::of, bootstrap),
                interval(samples, Sample::reward, bootstrap),
                interval(samples, Sample::evaluation, bootstrap),
                Math.sqrt(variance),
                samples.stream().mapToInt(Sample::words).average().orElse(Double.NaN));
    }

    static Interval interval(
            List<Sample> samples, ToDoubleFunction<Sample> value, Bootstrap bootstrap) {
        return bootstrap.mean(clusters(samples, value));
    }

    static List<Bootstrap.Cluster> clusters(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return Bootstrap.clusters(samples, Sample::userId, value);
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
