package org.kindred.eval.alignment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.alignment.HeldOutChoices.Pair;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Contrast;
import org.kindred.eval.stats.Effect;
import org.kindred.eval.stats.Interval;

/**
 * Statistics of {@link HeldOutChoices}: accuracy is the share of choices whose chosen answer has
 * the higher mean log-probability a token, a tie one half; the margin is the difference of both
 * means, in nats a token.
 *
 * @param rows per policy, cell and group
 * @param contrasts paired by choice: each policy and the start, and each policy under the user's
 *     persona and under a stranger's or none
 */
public record HeldOutTable(List<Row> rows, List<Difference> contrasts) {

    /** As the baseline: the same policy under the persona of a user of another group. */
    public static final String STRANGER = "a stranger's persona";

    /** As the baseline: the same policy without a persona. */
    public static final String NONE = "no persona";

    public static final String ACCURACY = "accuracy";
    public static final String MARGIN = "margin";

    /**
     * @param accuracy under the user's persona; interval over users
     * @param margin likewise
     * @param strangerAccuracy under the persona of a user of another group
     * @param noneAccuracy without a persona
     */
    public record Row(
            String policy,
            String cell,
            String group,
            int users,
            int choices,
            Interval accuracy,
            Interval margin,
            Interval strangerAccuracy,
            Interval strangerMargin,
            Interval noneAccuracy,
            Interval noneMargin) {}

    /**
     * @param baseline the start policy, {@link #STRANGER} or {@link #NONE}
     * @param quantity {@code accuracy} or {@code margin}
     * @param difference policy minus baseline on the same choices
     * @param holm p adjusted over the groups of the cell; of all groups together as it is
     */
    public record Difference(
            String policy,
            String baseline,
            String cell,
            String group,
            String quantity,
            Interval difference,
            String verdict,
            double p,
            @JsonProperty("p_holm") double holm,
            Effect effect,
            String sentence) {}

    /** The same without what rests on fewer users of a group. */
    public HeldOutTable shown(int leastUsers) {
        return new HeldOutTable(
                rows.stream()
                        .filter(
                                row ->
                                        row.group().equals(Alignment.ALL)
                                                || row.users() >= leastUsers)
                        .toList(),
                contrasts.stream()
                        .filter(
                                row ->
                                        row.group().equals(Alignment.ALL)
                                                || row.difference().clusters() >= leastUsers)
                        .toList());
    }

    /** A choice under two conditions. */
    private record Paired(HeldOutChoices.Row row, @Nullable Pair first, @Nullable Pair second) {

        double difference(ToDoubleFunction<Pair> quantity) {
            return value(first, quantity) - value(second, quantity);
        }
    }

    /**
     * @param read choices of all policies
     * @param policies in the order of tables; the first is the start of the others
     * @param draws bootstrap resamples of users, and sign patterns of tests
     */
    public static HeldOutTable of(
            List<HeldOutChoices.Row> read, List<String> policies, int draws, SeedTree seeds) {
        Bootstrap bootstrap = new Bootstrap(draws, seeds.child("bootstrap"));
        Contrast.Maker maker = new Contrast.Maker(draws, seeds);
        List<Row> rows = new ArrayList<>();
        List<Difference> contrasts = new ArrayList<>();
        String start = policies.get(0);
        Map<String, @Nullable Pair> atStart = new HashMap<>();
        of(read, start).forEach(row -> atStart.put(id(row), row.own()));
        for (String policy : policies) {
            List<HeldOutChoices.Row> own = of(read, policy);
            Slice.of(own, HeldOutChoices.Row::cell, HeldOutChoices.Row::group)
                    .forEach(slice -> rows.add(row(policy, slice, bootstrap)));
            if (!policy.equals(start)) {
                contrasts.addAll(
                        contrasts(
                                policy,
                                start,
                                own.stream()
                                        .map(
                                                row ->
                                                        new Paired(
                                                                row,
                                                                row.own(),
                                                                atStart.get(id(row))))
                                        .toList(),
                                maker));
            }
            contrasts.addAll(
                    contrasts(
                            policy,
                            STRANGER,
                            own.stream()
                                    .map(row -> new Paired(row, row.own(), row.stranger()))
                                    .toList(),
                            maker));
            contrasts.addAll(
                    contrasts(
                            policy,
                            NONE,
                            own.stream()
                                    .map(row -> new Paired(row, row.own(), row.none()))
                                    .toList(),
                            maker));
        }
        return new HeldOutTable(rows, contrasts);
    }

    private static List<HeldOutChoices.Row> of(List<HeldOutChoices.Row> read, String policy) {
        return read.stream().filter(row -> row.policy().equals(policy)).toList();
    }

    private static String id(HeldOutChoices.Row row) {
        return row.userId() + "/" + row.rowId();
    }

    private static Row row(String policy, Slice<HeldOutChoices.Row> slice, Bootstrap bootstrap) {
        return new Row(
                policy,
                slice.cell(),
                slice.group(),
                (int) slice.rows().stream().map(HeldOutChoices.Row::userId).distinct().count(),
                slice.rows().size(),
                interval(slice, row -> value(row.own(), Pair::right), bootstrap),
                interval(slice, row -> value(row.own(), Pair::margin), bootstrap),
                interval(slice, row -> value(row.stranger(), Pair::right), bootstrap),
                interval(slice, row -> value(row.stranger(), Pair::margin), bootstrap),
                interval(slice, row -> value(row.none(), Pair::right), bootstrap),
                interval(slice, row -> value(row.none(), Pair::margin), bootstrap));
    }

    private static Interval interval(
            Slice<HeldOutChoices.Row> slice,
            ToDoubleFunction<HeldOutChoices.Row> value,
            Bootstrap bootstrap) {
        return bootstrap.mean(Bootstrap.clusters(slice.rows(), HeldOutChoices.Row::userId, value));
    }

    private static double value(@Nullable Pair pair, ToDoubleFunction<Pair> quantity) {
        return pair == null ? Double.NaN : quantity.applyAsDouble(pair);
    }

    private static List<Difference> contrasts(
            String policy, String baseline, List<Paired> paired, Contrast.Maker maker) {
        List<Difference> differences = new ArrayList<>();
        if (paired.stream().allMatch(pair -> pair.first() == null || pair.second() == null)) {
            return differences;
        }
        boolean persona = baseline.equals(STRANGER) || baseline.equals(NONE);
        String first = persona ? policy + " under the user's persona" : policy;
        String second =
                persona ? (baseline.equals(NONE) ? "without one" : "under " + baseline) : baseline;
        List<Slice<Paired>> slices =
                Slice.of(paired, pair -> pair.row().cell(), pair -> pair.row().group());
        Map<String, ToDoubleFunction<Pair>> quantities =
                Map.of(ACCURACY, Pair::right, MARGIN, Pair::margin);
        for (String quantity : List.of(ACCURACY, MARGIN)) {
            Slice.contrasts(
                    slices,
                    pair -> pair.row().userId(),
                    pair -> pair.difference(quantities.get(quantity)),
                    maker,
                    (slice, contrast) ->
                            differences.add(
                                    new Difference(
                                            policy,
                                            baseline,
                                            slice.cell(),
                                            slice.group(),
                                            quantity,
                                            contrast.difference(),
                                            contrast.verdict(),
                                            contrast.p(),
                                            contrast.holm(),
                                            contrast.effect(),
                                            contrast.sentence(
                                                    first,
                                                    second,
                                                    quantity + " on held-out choices",
                                                    Slice.words(slice.cell(), slice.group())))));
        }
        return differences;
    }
}
