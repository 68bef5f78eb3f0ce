package org.kindred.eval.report;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.alignment.WinRate;
import org.kindred.eval.benchmark.RewardBenchmark;
import org.kindred.eval.results.Results;
import org.kindred.eval.stats.Interval;

/**
 * {@code report.html}: one file that needs neither network nor server. Every chart draws numbers of
 * {@code results.json} as they are, and a table repeats them; text of users and models is escaped.
 */
public final class Report {
    private static final int EXAMPLES_PER_GROUP = 4;

    private final Results results;
    private final List<Example> examples;
    private final int refreshSeconds;

    /** One evaluated prompt with the completions of all policies. */
    public record Example(String group, String prompt, List<Sample> completions) {}

    /**
     * @param examples candidates to show; the first ones of each group are taken
     */
    public Report(Results results, List<Example> examples) {
        this(results, examples, 0);
    }

    /**
     * @param refreshSeconds after which the page loads itself again; 0 for never
     */
    public Report(Results results, List<Example> examples, int refreshSeconds) {
        this.results = results;
        this.examples = List.copyOf(examples);
        this.refreshSeconds = refreshSeconds;
    }

    public void write(Path file) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("title", title());
        page.put("seed", results.seed());
        page.put("command", results.provenance().getOrDefault("command", "kindred run"));
        page.put("provenance", provenance());
        page.put("refresh", refreshSeconds == 0 ? false : refreshSeconds);
        page.put("alignment", measured());
        page.put("texts", results.alignment() != null);
        page.put("rewardModel", !results.rewardModel().rows().isEmpty());
        page.put("curves", !results.curves().isEmpty());
        page.put("window", Results.CURVE_WINDOW);
        page.put("prototypes", results.prototypes() != null);
        page.put("sizes", !results.trainingSizes().isEmpty());
        page.put("cards", cards());
        page.put("sentences", sentences());
        page.put("tables", tables());
        if (results.prototypes() != null) {
            page.put(
                    "prototypeSentence",
                    String.format(
                            Locale.ROOT,
                            "%d prototypes were found; agreement with the true groups (adjusted Rand index) is %.2f on training users and %.2f on new users.",
                            results.prototypes().count(),
                            results.prototypes().ari(),
                            results.prototypes().ariUnseen()));
            page.put("prototypeRows", results.prototypes().list());
        }
        page.put("examples", exampleGroups());
        page.put(
                "json",
                Json.mapper().valueToTree(new Charts(results)).toString().replace("</", "<\\/"));
        page.put("echarts", resource("echarts-6.1.0.common.min.js"));
        page.put("script", resource("report.js"));
        AtomicFiles.writeText(
                file, Mustache.compiler().compile(resource("report.mustache")).execute(page));
    }

    /** False for results that hold verdicts of a judge alone. */
    private boolean measured() {
        return results.alignment() != null && !results.alignment().rows().isEmpty();
    }

    private String title() {
        return measured()
                ? "Kindred run"
                : results.alignment() == null ? "Kindred benchmark" : "Kindred win rates";
    }

    private List<Map<String, Object>> provenance() {
        List<Map<String, Object>> rows = new ArrayList<>();
        new TreeMap<>(results.provenance())
                .forEach((key, value) -> rows.add(Map.of("key", key, "value", value)));
        return rows;
    }

    private List<Map<String, Object>> cards() {
        List<Map<String, Object>> cards = new ArrayList<>();
        if (results.alignment() == null || results.prototypes() == null) {
            return cards;
        }
        for (String policy : results.policies()) {
            Alignment.Summary summary = results.alignment().summary(policy);
            cards.add(
                    Map.of(
                            "label", policy + ", worst group",
                            "value", Table.shown(summary.worstUtility()),
                            "note",
                                    summary.worstGroup()
                                            + "; mean "
                                            + Table.shown(summary.shareWeighted())));
        }
        cards.add(
                Map.of(
                        "label",
                        "prototypes",
                        "value",
                        Integer.toString(results.prototypes().count()),
                        "note",
                        "ARI " + String.format(Locale.ROOT, "%.2f", results.prototypes().ari())));
        return cards;
    }

    /**
     * Every comparison over all cells in words; of a benchmark, those of all cells; of verdicts
     * alone, every win rate.
     */
    private List<String> sentences() {
        if (results.alignment() == null) {
            return results.rewardModel().differences().stream()
                    .map(RewardBenchmark.Difference::sentence)
                    .filter(Objects::nonNull)
                    .toList();
        }
        if (!measured()) {
            return results.alignment().winRates().stream()
                    .map(WinRate::sentence)
                    .filter(Objects::nonNull)
                    .toList();
        }
        return results.alignment().comparisons().stream()
                .filter(comparison -> comparison.cell().equals(Alignment.ALL))
                .map(Alignment.Comparison::sentence)
                .filter(Objects::nonNull)
                .toList();
    }

    private List<Map<String, Object>> tables() {
        List<Map<String, Object>> tables = new ArrayList<>();
        for (Table table : ResultTables.of(results)) {
            tables.add(
                    Map.of(
                            "name",
                            table.name(),
                            "caption",
                            table.caption(),
                            "columns",
                            table.columns(),
                            "rows",
                            table.rows().stream()
                                    .map(row -> Map.of("cells", cells(row)))
                                    .toList()));
        }
        return tables;
    }

    private static List<Map<String, Object>> cells(List<Object> row) {
        return row.stream()
                .map(
                        cell ->
                                Map.<String, Object>of(
                                        "text",
                                        Table.shown(cell),
                                        "number",
                                        cell instanceof Number || cell instanceof Interval))
                .toList();
    }

    /** Completions by group, for the browser of examples. */
    private List<Map<String, Object>> exampleGroups() {
        Map<String, List<Map<String, Object>>> groups = new TreeMap<>();
        for (Example example : examples) {
            List<Map<String, Object>> shown =
                    groups.computeIfAbsent(example.group(), name -> new ArrayList<>());
            if (shown.size() < EXAMPLES_PER_GROUP) {
                List<Map<String, Object>> completions = new ArrayList<>();
                for (Sample sample : example.completions()) {
                    completions.add(
                            Map.of(
                                    "policy",
                                    sample.policy(),
                                    "note",
                                    note(sample),
                                    "text",
                                    sample.completion()));
                }
                shown.add(Map.of("prompt", example.prompt(), "completions", completions));
            }
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        groups.forEach((group, prompts) -> rows.add(Map.of("group", group, "prompts", prompts)));
        return rows;
    }

    private static String note(Sample sample) {
        return Double.isNaN(sample.utility()) && Double.isNaN(sample.reward())
                ? sample.words() + " words"
                : "utility "
                        + Table.shown(sample.utility())
                        + ", reward "
                        + Table.shown(sample.reward());
    }

    private static String resource(String name) {
        try (InputStream stream = Report.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("resource " + name + " is missing from the jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("resource " + name + " cannot be read", e);
        }
    }
}
