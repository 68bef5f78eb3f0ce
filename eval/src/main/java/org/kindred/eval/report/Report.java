package org.kindred.eval.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.samskivert.mustache.Mustache;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.eval.Results;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.stats.Interval;

/**
 * {@code report.html}: one file that needs neither network nor server. Every chart repeats numbers
 * of a table or of {@code results.json}; text of users and models is escaped.
 */
public final class Report {
    private static final int WINDOW = 5;
    private static final int EXAMPLES_PER_GROUP = 2;

    private final Results results;
    private final String command;
    private final Map<String, Path> metrics;
    private final List<Example> examples;

    /** One evaluated prompt with the completions of all policies. */
    public record Example(String group, String prompt, List<Sample> completions) {}

    /**
     * @param command what made the run
     * @param metrics {@code metrics.jsonl} of each trained policy, for the learning curves
     * @param examples candidates to show; the first ones of each group are taken
     */
    public Report(
            Results results, String command, Map<String, Path> metrics, List<Example> examples) {
        this.results = results;
        this.command = command;
        this.metrics = new LinkedHashMap<>(metrics);
        this.examples = List.copyOf(examples);
    }

    public void write(Path file) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("title", "Kindred run");
        page.put("seed", results.seed());
        page.put("command", command);
        page.put("cards", cards());
        page.put("groupSentence", groupSentence());
        page.put("groupRows", groupRows());
        page.put("differenceRows", differenceRows());
        page.put("summaryRows", summaryRows());
        page.put("window", WINDOW);
        page.put("dashed", metrics.keySet().stream().findFirst().orElse("none"));
        page.put(
                "prototypeSentence",
                String.format(
                        Locale.ROOT,
                        "%d prototypes were found; agreement with the true groups (adjusted Rand index) is %.2f on training users and %.2f on new users.",
                        results.prototypes().count(),
                        results.prototypes().ari(),
                        results.prototypes().ariUnseen()));
        page.put("prototypeRows", results.prototypes().list());
        page.put("judgeRows", judgeRows());
        page.put("examples", exampleRows());
        page.put("json", Json.mapper().valueToTree(charts()).toString().replace("</", "<\\/"));
        page.put("echarts", resource("echarts-6.1.0.common.min.js"));
        page.put("script", resource("report.js"));
        AtomicFiles.writeText(
                file, Mustache.compiler().compile(resource("report.mustache")).execute(page));
    }

    private List<Map<String, Object>> cards() {
        List<Map<String, Object>> cards = new ArrayList<>();
        for (String policy : results.policies()) {
            Alignment.Summary summary = results.alignment().summary(policy);
            cards.add(
                    Map.of(
                            "label", policy + ", worst group",
                            "value", number(summary.worstUtility()),
                            "note",
                                    summary.worstGroup()
                                            + "; mean "
                                            + number(summary.shareWeighted())));
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

    private String groupSentence() {
        StringBuilder text = new StringBuilder();
        for (Alignment.Comparison comparison : results.alignment().comparisons()) {
            if (comparison.cell().equals(Alignment.ALL)
                    && comparison.group().equals(Alignment.ALL)) {
                text.append(comparison.policy())
                        .append(" against ")
                        .append(comparison.baseline())
                        .append(": ")
                        .append(signed(comparison.utility().mean()))
                        .append(' ')
                        .append(range(comparison.utility(), true))
                        .append(", ")
                        .append(comparison.verdict())
                        .append(". ");
            }
        }
        return text.toString().trim();
    }

    private List<Map<String, Object>> groupRows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String grouping : List.of("truth", "prototype")) {
            for (Alignment.Row row : results.alignment().rows()) {
                if (row.grouping().equals(grouping) && row.cell().equals(Alignment.ALL)) {
                    rows.add(
                            Map.of(
                                    "group",
                                    row.group(),
                                    "policy",
                                    row.policy(),
                                    "users",
                                    row.users(),
                                    "utility",
                                    number(row.utility().mean()),
                                    "interval",
                                    range(row.utility(), false),
                                    "reward",
                                    number(row.reward().mean()),
                                    "std",
                                    number(row.rewardStd()),
                                    "words",
                                    String.format(Locale.ROOT, "%.1f", row.words())));
                }
            }
        }
        return rows;
    }

    private List<Map<String, Object>> differenceRows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Alignment.Comparison comparison : results.alignment().comparisons()) {
            if (comparison.cell().equals(Alignment.ALL)
                    || comparison.group().equals(Alignment.ALL)) {
                rows.add(
                        Map.of(
                                "pair",
                                comparison.policy() + " − " + comparison.baseline(),
                                "cell",
                                comparison.cell(),
                                "group",
                                comparison.group(),
                                "difference",
                                signed(comparison.utility().mean()),
                                "interval",
                                range(comparison.utility(), true),
                                "verdict",
                                comparison.verdict()));
            }
        }
        return rows;
    }

    private List<Map<String, Object>> summaryRows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Alignment.Summary summary : results.alignment().summaries()) {
            rows.add(
                    Map.of(
                            "cell",
                            summary.cell(),
                            "policy",
                            summary.policy(),
                            "mean",
                            number(summary.shareWeighted()),
                            "equal",
                            number(summary.equalWeighted()),
                            "worstGroup",
                            summary.worstGroup(),
                            "worst",
                            number(summary.worstUtility()),
                            "gap",
                            number(summary.gap())));
        }
        return rows;
    }

    private List<Map<String, Object>> judgeRows() {
        List<Map<String, Object>> rows = new ArrayList<>();
        results.rewardModel()
                .rows()
                .forEach(
                        row ->
                                rows.add(
                                        Map.of(
                                                "arm",
                                                row.arm(),
                                                "shots",
                                                row.shots(),
                                                "cell",
                                                row.cell(),
                                                "users",
                                                row.users(),
                                                "pairs",
                                                row.pairs(),
                                                "accuracy",
                                                percent(row.accuracy().mean()),
                                                "interval",
                                                "["
                                                        + percent(row.accuracy().low())
                                                        + ", "
                                                        + percent(row.accuracy().high())
                                                        + "]",
                                                "worst",
                                                percent(row.worstDecile()))));
        return rows;
    }

    private List<Map<String, Object>> exampleRows() {
        Map<String, Integer> shown = new TreeMap<>();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Example example : examples) {
            if (shown.merge(example.group(), 1, Integer::sum) <= EXAMPLES_PER_GROUP) {
                List<Map<String, Object>> completions = new ArrayList<>();
                for (Sample sample : example.completions()) {
                    completions.add(
                            Map.of(
                                    "policy",
                                    sample.policy(),
                                    "utility",
                                    number(sample.utility()),
                                    "reward",
                                    number(sample.reward()),
                                    "text",
                                    sample.completion()));
                }
                rows.add(
                        Map.of(
                                "group",
                                example.group(),
                                "prompt",
                                example.prompt(),
                                "completions",
                                completions));
            }
        }
        return rows;
    }

    /** What the charts draw; read back by tests, so its shape is part of the report. */
    private ObjectNode charts() {
        ObjectNode data = Json.mapper().createObjectNode();
        ArrayNode policies = data.putArray("policies");
        results.policies().forEach(policies::add);
        ArrayNode groups = data.putArray("groups");
        ObjectNode bars = data.putObject("bars");
        for (Alignment.Row row : results.alignment().rows()) {
            if (row.cell().equals(Alignment.ALL) && row.grouping().equals("truth")) {
                if (row.policy().equals(results.policies().get(0))) {
                    groups.add(row.group());
                }
                ObjectNode bar = bars.withObjectProperty(row.policy()).putObject(row.group());
                bar.put("mean", row.utility().mean());
                if (Double.isFinite(row.utility().low())) {
                    bar.put("low", row.utility().low()).put("high", row.utility().high());
                } else {
                    bar.put("low", row.utility().mean()).put("high", row.utility().mean());
                }
            }
        }
        ArrayNode prototypes = data.putArray("prototypes");
        results.prototypes().list().forEach(prototype -> prototypes.add(prototype.name()));
        ArrayNode curves = data.putArray("curves");
        metrics.forEach((policy, file) -> curves(policy, file).forEach(curves::add));
        data.set("map", map());
        return data;
    }

    private static List<ObjectNode> curves(String policy, Path file) {
        Map<String, List<double[]>> raw = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode step = Json.mapper().readTree(line);
                step.fieldNames()
                        .forEachRemaining(
                                name -> {
                                    if (name.startsWith("group/")
                                            && name.endsWith("/reward_mean")) {
                                        String group =
                                                name.substring(
                                                        "group/".length(),
                                                        name.length() - "/reward_mean".length());
                                        raw.computeIfAbsent(group, g -> new ArrayList<>())
                                                .add(
                                                        new double[] {
                                                            step.get("step").asDouble(),
                                                            step.get(name).asDouble()
                                                        });
                                    }
                                });
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
        List<ObjectNode> curves = new ArrayList<>();
        raw.forEach(
                (group, points) -> {
                    ObjectNode curve =
                            Json.mapper()
                                    .createObjectNode()
                                    .put("policy", policy)
                                    .put("group", group);
                    ArrayNode smooth = curve.putArray("points");
                    for (int i = 0; i < points.size(); i++) {
                        int first = Math.max(0, i - WINDOW + 1);
                        double mean =
                                points.subList(first, i + 1).stream()
                                        .mapToDouble(point -> point[1])
                                        .average()
                                        .orElseThrow();
                        smooth.addArray().add(points.get(i)[0]).add(mean);
                    }
                    curves.add(curve);
                });
        return curves;
    }

    private ArrayNode map() {
        Map<String, ArrayNode> clouds = new TreeMap<>();
        ArrayNode map = Json.mapper().createArrayNode();
        for (Results.Point point : results.prototypes().map()) {
            clouds.computeIfAbsent(
                            point.prototype() + "/" + point.group(),
                            key -> {
                                ObjectNode cloud =
                                        map.addObject()
                                                .put("prototype", point.prototype())
                                                .put("group", point.group());
                                return cloud.putArray("points");
                            })
                    .addArray()
                    .add(point.x())
                    .add(point.y());
        }
        return map;
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

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "–";
    }

    private static String signed(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%+.3f", value) : "–";
    }

    private static String range(Interval interval, boolean signs) {
        if (!Double.isFinite(interval.low())) {
            return "–";
        }
        return signs
                ? "[" + signed(interval.low()) + ", " + signed(interval.high()) + "]"
                : "[" + number(interval.low()) + ", " + number(interval.high()) + "]";
    }

    private static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.1f", 100 * share) : "–";
    }
}
