package org.kindred.eval.report;

import static java.util.stream.Collectors.joining;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Escape;
import org.kindred.datasets.Json;
import org.kindred.datasets.Sha256;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.results.Results;
import org.kindred.eval.stats.Interval;
import org.kindred.eval.table.Table;

/**
 * {@code report.html}: one file that needs neither network nor server. Every chart draws numbers of
 * {@code results.json} as they are, and a table repeats them; text of users and models is escaped.
 */
public final class Report {
    private static final int EXAMPLES_PER_GROUP = 4;

    /** Sets the colours before anything is drawn. */
    private static final String THEME =
            "document.documentElement.dataset.theme = window.matchMedia(\"(prefers-color-scheme: dark)\").matches ? \"dark\" : \"light\";";

    private final Results results;
    private final List<Example> examples;
    private final String withheld;
    private final int refreshSeconds;

    /** One evaluated prompt with the completions of all policies. */
    public record Example(String group, String prompt, List<Sample> completions) {}

    /**
     * @param examples candidates to show; the first ones of each group are taken
     */
    public Report(Results results, List<Example> examples) {
        this(results, examples, "", 0);
    }

    /**
     * @param withheld said in the place of examples that are not shown; blank for nothing
     * @param refreshSeconds after which the page loads itself again; 0 for never
     */
    public Report(Results results, List<Example> examples, String withheld, int refreshSeconds) {
        this.withheld = withheld;
        this.results = results;
        this.examples = List.copyOf(examples);
        this.refreshSeconds = refreshSeconds;
    }

    public void write(Path file) {
        Findings findings = new Findings(results);
        boolean measured = results.alignment() != null && !results.alignment().rows().isEmpty();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("title", results.kind().title());
        page.put("seed", results.seed());
        page.put("command", results.commandLine());
        page.put("program", results.program());
        page.put("data", results.data());
        page.put("options", Json.pretty(results.options()));
        page.put("refresh", refreshSeconds == 0 ? false : refreshSeconds);
        page.put("measured", findings.measured());
        page.put("notes", results.notes());
        page.put("hasNotes", !results.notes().isEmpty());
        page.put("alignment", measured);
        page.put("measure", measured ? results.alignment().measure().words() : "");
        page.put("heldOut", results.heldOut() != null);
        page.put("gains", !results.overOptimisation().isEmpty());
        page.put("texts", !examples.isEmpty());
        page.put("withheld", withheld);
        page.put("hasWithheld", !withheld.isBlank());
        page.put(
                "rewardModel",
                results.rewardModel() != null && !results.rewardModel().rows().isEmpty());
        page.put("reliability", !findings.reliability().isEmpty());
        page.put("reliabilitySentences", findings.reliability());
        page.put(
                "reliabilityTable",
                Stream.ofNullable(results.table("reward-reliability")).map(Report::table).toList());
        page.put("curves", !results.curves().isEmpty());
        page.put("window", Results.CURVE_WINDOW);
        page.put("prototypes", results.prototypes() != null);
        page.put("sizes", !results.trainingSizes().isEmpty());
        List<Map<String, Object>> cards = cards();
        page.put("cards", cards);
        page.put("hasCards", !cards.isEmpty());
        page.put("sentences", findings.main());
        page.put("hasSentences", !findings.main().isEmpty());
        page.put("further", findings.further());
        page.put("hasFurther", !findings.further().isEmpty());
        page.put("findings", !cards.isEmpty() || !findings.main().isEmpty());
        page.put("tables", tables());
        if (results.prototypes() != null) {
            page.put("prototypeSentence", prototypes(results.prototypes()));
            page.put("prototypeRows", results.prototypes().list());
        }
        page.put("examples", exampleGroups());
        page.put("json", Escape.json(Json.mapper().valueToTree(Charts.of(results)).toString()));
        String echarts = resource("echarts-6.1.0.common.min.js");
        String script = resource("report.js");
        page.put("theme", THEME);
        page.put("echarts", echarts);
        page.put("script", script);
        page.put(
                "scripts",
                Stream.of(THEME, echarts, script).map(Report::hash).collect(joining(" ")));
        AtomicFiles.writeText(
                file,
                Mustache.compiler()
                        .withEscaper(Escape::html)
                        .compile(resource("report.mustache"))
                        .execute(page));
    }

    /** By which the page's policy knows a script of ours: no other runs, wherever it came from. */
    private static String hash(String script) {
        return "'sha256-"
                + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Sha256.of(script)))
                + "'";
    }

    private static String prototypes(Results.Prototypes found) {
        return found.count()
                + " prototypes were found"
                + (Double.isFinite(found.ari())
                        ? String.format(
                                Locale.ROOT,
                                "; agreement with the groups (adjusted Rand index) is %.2f on training users%s.",
                                found.ari(),
                                Double.isFinite(found.ariUnseen())
                                        ? String.format(
                                                Locale.ROOT,
                                                " and %.2f on new users",
                                                found.ariUnseen())
                                        : "")
                        : ".");
    }

    private List<Map<String, Object>> cards() {
        List<Map<String, Object>> cards = new ArrayList<>();
        for (String policy : results.policies()) {
            if (results.alignment() != null) {
                results.alignment()
                        .summary(policy)
                        .ifPresent(
                                summary ->
                                        cards.add(
                                                card(
                                                        policy + ", worst group",
                                                        Table.shown(summary.worst()),
                                                        summary.worstGroup()
                                                                + "; mean "
                                                                + Table.shown(
                                                                        summary.shareWeighted()))));
            }
        }
        if (results.prototypes() != null) {
            cards.add(
                    card(
                            "prototypes",
                            Integer.toString(results.prototypes().count()),
                            Double.isFinite(results.prototypes().ari())
                                    ? "ARI " + Table.shown(results.prototypes().ari())
                                    : ""));
        }
        return cards;
    }

    private static Map<String, Object> card(String label, String value, String note) {
        return Map.of("label", label, "value", value, "note", note);
    }

    private List<Map<String, Object>> tables() {
        List<Map<String, Object>> tables = new ArrayList<>();
        boolean plain = results.policies().isEmpty() && results.rewardModel() == null;
        for (Table table : results.tables()) {
            Map<String, Object> shown = new LinkedHashMap<>(table(table));
            shown.put("open", plain);
            tables.add(shown);
        }
        return tables;
    }

    private static Map<String, Object> table(Table table) {
        return Map.of(
                "name",
                table.name(),
                "caption",
                table.caption(),
                "columns",
                table.columns(),
                "rows",
                table.rows().stream().map(row -> Map.of("cells", cells(row))).toList());
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
        List<String> parts = new ArrayList<>();
        score(parts, "utility", sample.utility());
        score(parts, "evaluating judge", sample.evaluation());
        score(parts, "reward", sample.reward());
        return parts.isEmpty() ? sample.words() + " words" : String.join(", ", parts);
    }

    private static void score(List<String> parts, String name, double value) {
        if (!Double.isNaN(value)) {
            parts.add(name + " " + Table.shown(value));
        }
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
