package org.kindred.eval.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.kindred.datasets.KindredException;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.results.Results;
import org.kindred.eval.stats.Interval;
import org.kindred.eval.stats.SeedEffect;
import org.kindred.eval.table.Table;

/**
 * Results side by side: the numbers of equal rows of equal tables. Where a number is found in two
 * or more, their seeds are taken as a random effect: the interval then speaks of the next seed's
 * mean too, not only of these users.
 *
 * @param runs names of the runs, in the order given
 * @param rows one a number that any of the runs holds
 */
public record RunComparison(List<String> runs, List<Row> rows) {

    /**
     * @param table name of the table
     * @param key cells that say what the row is about, for example policy, cell and group
     * @param quantity heading of the column
     * @param values of each run, with an interval where its table has one; NaN where a run has none
     * @param seeds over the runs that have one
     */
    public record Row(
            String table,
            List<String> key,
            String quantity,
            List<Interval> values,
            @JsonProperty("over_runs") SeedEffect seeds) {}

    /** Tables of one name whose captions differ measured different things. */
    private record Key(String table, String caption, List<String> key, String quantity) {}

    private static final Interval MISSING = new Interval(Double.NaN, Double.NaN, Double.NaN, 0);
    private static final SeedEffect NO_EFFECT =
            new SeedEffect(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0);

    /** What a test found in one run says nothing of several. */
    private static final Set<String> OF_ONE_RUN = Set.of("p", "adjusted p", "d");

    /**
     * @param runs results by the name of the run; at least two
     */
    public static RunComparison of(Map<String, Results> runs) {
        if (runs.size() < 2) {
            throw new KindredException("a comparison needs two or more runs; name another one");
        }
        List<String> names = List.copyOf(runs.keySet());
        Map<Key, Map<String, Interval>> found = new LinkedHashMap<>();
        runs.forEach(
                (name, results) -> results.tables().forEach(table -> collect(name, table, found)));
        List<Row> rows = new ArrayList<>();
        found.forEach(
                (key, values) ->
                        rows.add(
                                new Row(
                                        key.table(),
                                        key.key(),
                                        key.quantity(),
                                        names.stream()
                                                .map(run -> values.getOrDefault(run, MISSING))
                                                .toList(),
                                        effect(values))));
        return new RunComparison(names, rows);
    }

    private static void collect(String run, Table table, Map<Key, Map<String, Interval>> found) {
        for (List<Object> row : table.rows()) {
            for (int column = table.keys(); column < row.size(); column++) {
                String quantity = table.columns().get(column);
                Object cell = row.get(column);
                if (OF_ONE_RUN.contains(quantity)
                        || !(cell instanceof Interval || cell instanceof Double)) {
                    continue;
                }
                Interval value =
                        cell instanceof Interval interval
                                ? interval
                                : new Interval((Double) cell, Double.NaN, Double.NaN, 0);
                if (Double.isFinite(value.mean())) {
                    found.computeIfAbsent(
                                    new Key(
                                            table.name(),
                                            table.caption(),
                                            table.key(row),
                                            quantity),
                                    key -> new LinkedHashMap<>())
                            .put(run, value);
                }
            }
        }
    }

    /** By inverse variance where every run states one, else all runs alike. */
    private static SeedEffect effect(Map<String, Interval> values) {
        if (values.isEmpty()) {
            return NO_EFFECT;
        }
        boolean stated = values.values().stream().allMatch(v -> Double.isFinite(v.low()));
        return SeedEffect.of(
                values.values().stream()
                        .map(
                                value ->
                                        stated
                                                ? SeedEffect.Estimate.of(value)
                                                : new SeedEffect.Estimate(value.mean(), 0))
                        .toList());
    }

    /** Differences between policies over all users and cells, in words. */
    public List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        for (Row row : rows) {
            if (row.quantity().startsWith("difference")
                    && row.key().size() > 3
                    && row.key().subList(2, 4).equals(List.of(Alignment.ALL, Alignment.ALL))
                    && row.seeds().seeds() > 1) {
                SeedEffect effect = row.seeds();
                String verdict =
                        effect.low() > 0
                                ? "better over seeds"
                                : effect.high() < 0
                                        ? "worse over seeds"
                                        : "not distinguishable over seeds";
                sentences.add(
                        String.format(
                                Locale.ROOT,
                                "%s: %s (%s %+.3f, 95 %% interval %+.3f to %+.3f over %d seeds, standard deviation between seeds %.3f).",
                                String.join(" - ", row.key().subList(0, 2)),
                                verdict,
                                String.join(
                                        " ",
                                        Stream.concat(
                                                        Stream.of(row.quantity()),
                                                        row.key().stream().skip(4))
                                                .toList()),
                                effect.mean(),
                                effect.low(),
                                effect.high(),
                                effect.seeds(),
                                effect.between()));
            }
        }
        return sentences;
    }

    public Table table() {
        List<String> columns = new ArrayList<>(List.of("table", "row", "quantity"));
        columns.addAll(runs);
        columns.addAll(List.of("over runs", "between seeds"));
        return new Table(
                "comparison",
                "Results side by side; over runs, seeds are a random effect.",
                3,
                columns,
                rows.stream().map(RunComparison::cells).toList());
    }

    private static List<Object> cells(Row row) {
        List<Object> cells =
                new ArrayList<>(List.of(row.table(), String.join(", ", row.key()), row.quantity()));
        cells.addAll(row.values());
        SeedEffect effect = row.seeds();
        cells.add(new Interval(effect.mean(), effect.low(), effect.high(), effect.seeds()));
        cells.add(effect.between());
        return cells;
    }
}
