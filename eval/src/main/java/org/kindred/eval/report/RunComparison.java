package org.kindred.eval.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kindred.datasets.KindredException;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.WinRate;
import org.kindred.eval.benchmark.Accuracy;
import org.kindred.eval.results.Results;
import org.kindred.eval.stats.Interval;
import org.kindred.eval.stats.SeedEffect;

/**
 * Runs side by side. Where a number is found in two or more runs, their seeds are taken as a random
 * effect: the interval then speaks of the next seed's mean too, not only of these users.
 *
 * @param runs names of the runs, in the order given
 * @param rows one a number that any of the runs holds
 */
public record RunComparison(List<String> runs, List<Row> rows) {

    /**
     * @param what {@code accuracy}, {@code utility}, {@code difference in utility} or {@code win
     *     rate by} somebody
     * @param name arm and shots, policy, or pair of policies
     * @param where cell, and group of users
     * @param values interval of each run; NaN where a run has none
     * @param seeds over the runs that have one
     */
    public record Row(
            String what,
            String name,
            String where,
            List<Interval> values,
            @JsonProperty("over_runs") SeedEffect seeds) {}

    private record Key(String what, String name, String where) {}

    private static final Interval MISSING = new Interval(Double.NaN, Double.NaN, Double.NaN, 0);

    /**
     * @param runs results by the name of the run; at least two
     */
    public static RunComparison of(Map<String, Results> runs) {
        if (runs.size() < 2) {
            throw new KindredException("a comparison needs two or more runs; name another one");
        }
        List<String> names = List.copyOf(runs.keySet());
        Map<Key, Map<String, Interval>> found = new LinkedHashMap<>();
        runs.forEach((name, results) -> collect(name, results, found));
        List<Row> rows = new ArrayList<>();
        found.forEach(
                (key, values) -> {
                    List<SeedEffect.Estimate> estimates =
                            values.values().stream()
                                    .filter(value -> Double.isFinite(value.low()))
                                    .map(SeedEffect.Estimate::of)
                                    .toList();
                    rows.add(
                            new Row(
                                    key.what(),
                                    key.name(),
                                    key.where(),
                                    names.stream()
                                            .map(run -> values.getOrDefault(run, MISSING))
                                            .toList(),
                                    estimates.isEmpty()
                                            ? new SeedEffect(
                                                    Double.NaN,
                                                    Double.NaN,
                                                    Double.NaN,
                                                    Double.NaN,
                                                    Double.NaN,
                                                    0)
                                            : SeedEffect.of(estimates)));
                });
        return new RunComparison(names, rows);
    }

    private static void collect(
            String run, Results results, Map<Key, Map<String, Interval>> found) {
        if (results.alignment() != null) {
            for (Alignment.Row row : results.alignment().rows()) {
                if (row.grouping().equals("truth")) {
                    put(
                            found,
                            run,
                            "utility",
                            row.policy(),
                            where(row.cell(), row.group()),
                            row.utility());
                }
            }
            for (Alignment.Comparison row : results.alignment().comparisons()) {
                put(
                        found,
                        run,
                        "difference in utility",
                        row.policy() + " - " + row.baseline(),
                        where(row.cell(), row.group()),
                        row.utility());
            }
        }
        for (WinRate row : winRates(results)) {
            put(
                    found,
                    run,
                    "win rate by " + row.by(),
                    row.policy() + " - " + row.baseline(),
                    row.group(),
                    row.rate());
        }
        for (Accuracy row : results.rewardModel().rows()) {
            put(
                    found,
                    run,
                    "accuracy",
                    row.arm() + ", K = " + row.shots(),
                    row.cell(),
                    row.accuracy());
        }
    }

    private static List<WinRate> winRates(Results results) {
        return results.alignment() == null ? List.of() : results.alignment().winRates();
    }

    private static void put(
            Map<Key, Map<String, Interval>> found,
            String run,
            String what,
            String name,
            String where,
            Interval value) {
        found.computeIfAbsent(new Key(what, name, where), key -> new LinkedHashMap<>())
                .put(run, value);
    }

    private static String where(String cell, String group) {
        return cell + ", " + group;
    }

    /** What is found of all users and cells, in words. */
    public List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        for (Row row : rows) {
            if (row.what().startsWith("difference")
                    && row.where().equals(where(Alignment.ALL, Alignment.ALL))
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
                                "%s: %s (difference in true utility %+.3f, 95 %% interval %+.3f to %+.3f over %d seeds, standard deviation between seeds %.3f).",
                                row.name(),
                                verdict,
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
        List<String> columns = new ArrayList<>(List.of("what", "name", "where"));
        columns.addAll(runs);
        columns.addAll(List.of("over runs", "between seeds"));
        return new Table(
                "comparison",
                "Runs side by side; over runs, seeds are a random effect.",
                columns,
                rows.stream().map(RunComparison::cells).toList());
    }

    private static List<Object> cells(Row row) {
        List<Object> cells = new ArrayList<>(List.of(row.what(), row.name(), row.where()));
        cells.addAll(row.values());
        SeedEffect effect = row.seeds();
        cells.add(new Interval(effect.mean(), effect.low(), effect.high(), effect.seeds()));
        cells.add(effect.between());
        return cells;
    }
}
