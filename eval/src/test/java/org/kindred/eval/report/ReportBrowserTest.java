package org.kindred.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.eval.alignment.Sample;
import org.kindred.eval.results.Results;
import org.kindred.eval.results.SomeResults;

/** Opens reports in headless Chromium; {@code mvn -B verify -Pbrowser}. */
@Tag("browser")
final class ReportBrowserTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path folder;
    private static Chromium browser;

    @BeforeAll
    static void startBrowser() throws Exception {
        browser = Chromium.start(folder.resolve("profile"));
    }

    @AfterAll
    static void stopBrowser() throws Exception {
        browser.close();
    }

    private static final Results RUN = SomeResults.run(1, true, List.of("sft", "grpo", "p_grpo"));
    private static final Results REAL_PEOPLE =
            SomeResults.run(2, false, List.of("sft", "grpo", "rloo", "p_grpo"));
    private static final Results BENCHMARK = SomeResults.benchmark(1);

    /** Opens the report of results, with hostile completions. */
    private static JsonNode open(Results results) throws Exception {
        results.write(folder);
        Sample sample =
                new Sample(
                        "sft",
                        "u1",
                        true,
                        true,
                        "brisk",
                        "p",
                        "u1/r1",
                        0,
                        5,
                        0.5,
                        Double.NaN,
                        3,
                        "</script><img src=x onerror=alert(1)>");
        Path page = folder.resolve("report.html");
        new Report(
                        Results.read(folder),
                        List.of(new Report.Example("brisk", "</script><b>prompt", List.of(sample))))
                .write(page);
        browser.size(1200, 900, false);
        browser.open(page);
        return JSON.readTree(Files.readString(folder.resolve(Results.FILE)));
    }

    private static String resource(String name) throws Exception {
        try (InputStream stream = ReportBrowserTest.class.getResourceAsStream(name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void pages_askForNothingElse_complainOfNothing_andAreAccessible() throws Exception {
        for (Results results : List.of(RUN, REAL_PEOPLE, BENCHMARK, SomeResults.scores())) {
            open(results);
            String golden = results.kind().title();
            browser.evaluate(resource("/axe.min.js") + ";0");
            for (String theme : List.of("light", "dark")) {
                browser.evaluate(
                        "if (document.documentElement.dataset.theme !== '"
                                + theme
                                + "') document.getElementById('theme').click()");
                browser.evaluate(
                        "document.querySelectorAll('details').forEach(d => d.open = true)");
                JsonNode violations =
                        browser.evaluate(
                                "axe.run().then(found => JSON.stringify(found.violations.map(v => v.id + ' ' + v.nodes.slice(0, 3).map(n => n.target + ' ' + n.failureSummary).join(' | '))))");
                assertThat(violations.asText()).as(golden + " " + theme).isEqualTo("[]");
            }
            browser.size(390, 844, true);
            assertThat(
                            browser.evaluate(
                                            "document.documentElement.scrollWidth - window.innerWidth")
                                    .asInt())
                    .as(golden + ": no sideways scrolling on a phone")
                    .isLessThanOrEqualTo(0);
            assertThat(browser.complaints()).as(golden).isEmpty();
            assertThat(browser.requests())
                    .as(golden)
                    .allMatch(url -> url.endsWith("/report.html") || url.startsWith("data:"));
        }
    }

    @Test
    void keyboard_reachesSkipLinkAndTheme() throws Exception {
        open(RUN);
        browser.press("Tab", 9);
        assertThat(browser.evaluate("document.activeElement.className").asText()).isEqualTo("skip");
        browser.press("Tab", 9);
        assertThat(browser.evaluate("document.activeElement.id").asText()).isEqualTo("theme");
        String before = browser.evaluate("document.documentElement.dataset.theme").asText();
        browser.press("Enter", 13);
        assertThat(browser.evaluate("document.documentElement.dataset.theme").asText())
                .isNotEqualTo(before)
                .isIn("dark", "light");
    }

    @Test
    void charts_drawTheNumbersOfResultsJson() throws Exception {
        JsonNode run = open(RUN);
        Map<String, JsonNode> drawn = drawn();
        assertThat(drawn.keySet())
                .containsExactly(
                        "chart-cost",
                        "chart-curves",
                        "chart-gains",
                        "chart-groups",
                        "chart-held-out",
                        "chart-map",
                        "chart-shots");
        bars(run, drawn, "/held_out/rows", "chart-held-out", "accuracy");
        bars(run, drawn, "/over_optimisation", "chart-gains", "reward_gain");

        List<String> groups = new ArrayList<>();
        Map<String, Map<String, Double>> utilities = new TreeMap<>();
        Map<String, Double> cells = new TreeMap<>();
        for (JsonNode row : run.at("/alignment/rows")) {
            String group = row.get("group").asText();
            double mean = row.at("/value/mean").asDouble();
            if (row.get("grouping").asText().equals("group")) {
                if (row.get("cell").asText().equals("all")) {
                    if (!groups.contains(group)) {
                        groups.add(group);
                    }
                    utilities
                            .computeIfAbsent(row.get("policy").asText(), p -> new TreeMap<>())
                            .put(group, mean);
                } else if (group.equals("all")) {
                    cells.put(row.get("policy").asText() + "/" + row.get("cell").asText(), mean);
                }
            }
        }
        for (JsonNode series : drawn.get("chart-groups")) {
            List<Double> expected =
                    groups.stream()
                            .map(g -> utilities.get(series.get("name").asText()).get(g))
                            .toList();
            assertThat(numbers(series.get("data"))).isEqualTo(expected);
        }
        assertThat(drawn.get("chart-groups")).hasSize(run.get("policies").size());

        JsonNode table =
                JSON.readTree(
                        browser.evaluate(
                                        "JSON.stringify(Object.fromEntries([...document.querySelectorAll('#chart-cells td[data-cell]')].map(td => [td.dataset.cell, Number(td.dataset.value)])))")
                                .asText());
        assertThat(table.size()).isEqualTo(cells.size()).isPositive();
        cells.forEach((cell, mean) -> assertThat(table.get(cell).asDouble()).isEqualTo(mean));

        List<JsonNode> curves = new ArrayList<>();
        run.get("curves").forEach(curves::add);
        assertThat(drawn.get("chart-curves")).hasSize(curves.size());
        for (int i = 0; i < curves.size(); i++) {
            List<Double> expected = new ArrayList<>();
            curves.get(i).get("points").forEach(point -> expected.addAll(numbers(point)));
            List<Double> found = new ArrayList<>();
            drawn.get("chart-curves").get(i).get("data").forEach(p -> found.addAll(numbers(p)));
            assertThat(found).isEqualTo(expected).isNotEmpty();
        }

        int points = 0;
        for (JsonNode series : drawn.get("chart-map")) {
            for (JsonNode point : series.get("data")) {
                String[] names = series.get("name").asText().split(" / ", 2);
                assertThat(run.at("/prototypes/map"))
                        .anyMatch(
                                p ->
                                        p.get("x").asDouble() == point.get(0).asDouble()
                                                && p.get("y").asDouble() == point.get(1).asDouble()
                                                && p.get("prototype").asText().equals(names[0])
                                                && p.get("group").asText().equals(names[1]));
                points++;
            }
        }
        assertThat(points).isEqualTo(run.at("/prototypes/map").size());
        shots(run);
    }

    @Test
    void charts_ofABenchmark_drawTheNumbersOfResultsJson() throws Exception {
        JsonNode results = open(BENCHMARK);
        shots(results);
        Map<String, JsonNode> drawn = drawn();
        assertThat(drawn.keySet()).containsExactly("chart-cost", "chart-shots", "chart-sizes");
        List<String> cost = new ArrayList<>();
        for (JsonNode row : results.at("/reward_model/rows")) {
            if (row.get("tokens_per_pair").asDouble() > 0) {
                cost.add(point(row, row.get("tokens_per_pair")));
            }
        }
        assertThat(points(drawn.get("chart-cost"), "name"))
                .containsExactlyInAnyOrderElementsOf(cost);
        List<String> sizes = new ArrayList<>();
        for (JsonNode size : results.get("training_sizes")) {
            for (JsonNode row : size.get("rows")) {
                sizes.add(
                        row.get("cell").asText()
                                + ", K = "
                                + row.get("shots").asInt()
                                + " "
                                + size.get("training_users").asDouble()
                                + " "
                                + row.at("/accuracy/mean").asDouble());
            }
        }
        assertThat(points(drawn.get("chart-sizes"), "name"))
                .containsExactlyInAnyOrderElementsOf(sizes);
    }

    /**
     * Names of policies, groups, prototypes, arms and cells that are made to harm, in every chart.
     */
    @Test
    void hostileNames_runNothing_whereverTheMouseStands() throws Exception {
        for (Results results :
                List.of(
                        SomeResults.hostile(RUN, folder.resolve("hostile")),
                        SomeResults.hostile(BENCHMARK, folder.resolve("hostile")))) {
            open(results);
            browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
            JsonNode charts =
                    JSON.readTree(
                            browser.evaluate("JSON.stringify(Object.keys(kindredCharts))")
                                    .asText());
            assertThat(charts).isNotEmpty();
            for (JsonNode chart : charts) {
                hover(chart.asText());
            }
            assertThat(browser.evaluate("String(window.XSS)").asText()).isEqualTo("undefined");
            assertThat(
                            browser.evaluate(
                                            "document.querySelectorAll('img, iframe, b > i').length")
                                    .asInt())
                    .isZero();
            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.requests())
                    .allMatch(url -> url.endsWith("/report.html") || url.startsWith("data:"));
        }
    }

    /** All over a chart, and on every point that it draws; tooltips show names as they are. */
    private static void hover(String chart) throws Exception {
        browser.evaluate(
                "document.getElementById('" + chart + "').scrollIntoView({block: 'center'})");
        JsonNode box =
                JSON.readTree(
                        browser.evaluate(
                                        "JSON.stringify(document.getElementById('"
                                                + chart
                                                + "').getBoundingClientRect())")
                                .asText());
        JsonNode points =
                JSON.readTree(
                        browser.evaluate(
                                        "(() => { const chart = kindredCharts['"
                                                + chart
                                                + "']; return JSON.stringify(chart.getOption().series.flatMap((s, i) => s.data.map((d, j) => chart.convertToPixel({seriesIndex: i}, Array.isArray(d) ? d : [j, d])))); })()")
                                .asText());
        StringBuilder said = new StringBuilder();
        for (JsonNode point : points) {
            said.append(tooltip(chart, box, point.path(0).asDouble(), point.path(1).asDouble()));
        }
        for (double x = 0.03; x < 1; x += 0.12) {
            for (double y = 0.1; y < 1; y += 0.24) {
                double right = x * box.get("width").asDouble();
                said.append(tooltip(chart, box, right, y * box.get("height").asDouble()));
            }
        }
        assertThat(said.toString()).as(chart).contains("<img src=x onerror=window.XSS=1>");
    }

    /** What the chart says with the mouse at a place of its own. */
    private static String tooltip(String chart, JsonNode box, double x, double y) throws Exception {
        browser.move(box.get("x").asDouble() + x, box.get("y").asDouble() + y);
        return browser.evaluate(
                        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done([...document.querySelectorAll('#"
                                + chart
                                + " > div')].slice(1).map(d => d.textContent).join(' ')))))")
                .asText();
    }

    /** The first series of a chart of all users. */
    private static void bars(
            JsonNode run, Map<String, JsonNode> drawn, String rows, String chart, String quantity) {
        List<Double> expected = new ArrayList<>();
        for (JsonNode row : run.at(rows)) {
            if (row.get("group").asText().equals("all")
                    && row.path("cell").asText("all").equals("all")) {
                expected.add(row.path(quantity).path("mean").asDouble());
            }
        }
        assertThat(numbers(drawn.get(chart).get(0).get("data"))).isEqualTo(expected).isNotEmpty();
    }

    @Test
    void page_ofRealPeople_saysAtTheTopByWhatCompletionsAreMeasured() throws Exception {
        open(REAL_PEOPLE);
        assertThat(browser.evaluate("document.querySelector('.measured').textContent").asText())
                .contains("sft, grpo, rloo and p_grpo", "evaluating judge", "labels of the data");
        assertThat(drawn().get("chart-groups")).hasSize(4);
    }

    /** The K-shot curves of every cell that can be chosen. */
    private static void shots(JsonNode results) throws Exception {
        Map<String, List<String>> expected = new TreeMap<>();
        for (JsonNode row : results.at("/reward_model/rows")) {
            expected.computeIfAbsent(row.get("cell").asText(), cell -> new ArrayList<>())
                    .add(point(row, row.get("shots")));
        }
        assertThat(expected).isNotEmpty();
        for (Map.Entry<String, List<String>> cell : expected.entrySet()) {
            browser.evaluate(
                    "(() => { const s = document.getElementById('cell'); s.value = '"
                            + cell.getKey()
                            + "'; s.dispatchEvent(new Event('change')); })()");
            assertThat(points(drawn().get("chart-shots"), "name"))
                    .as(cell.getKey())
                    .containsExactlyInAnyOrderElementsOf(cell.getValue());
        }
    }

    private static String point(JsonNode row, JsonNode x) {
        return row.get("arm").asText()
                + " "
                + x.asDouble()
                + " "
                + row.at("/accuracy/mean").asDouble();
    }

    private static List<String> points(JsonNode series, String name) {
        List<String> points = new ArrayList<>();
        for (JsonNode one : series) {
            for (JsonNode point : one.get("data")) {
                points.add(
                        one.get(name).asText()
                                + " "
                                + point.get(0).asDouble()
                                + " "
                                + point.get(1).asDouble());
            }
        }
        return points;
    }

    /** Name and data of every series of every chart, as the chart itself tells them. */
    private static Map<String, JsonNode> drawn() throws Exception {
        JsonNode all =
                JSON.readTree(
                        browser.evaluate(
                                        "JSON.stringify(Object.fromEntries(Object.entries(kindredCharts).map(([id, chart]) => [id, chart.getOption().series.map(s => ({name: s.name, data: s.data}))])))")
                                .asText());
        Map<String, JsonNode> charts = new TreeMap<>();
        all.properties().forEach(entry -> charts.put(entry.getKey(), entry.getValue()));
        return charts;
    }

    private static List<Double> numbers(JsonNode array) {
        List<Double> numbers = new ArrayList<>();
        array.forEach(number -> numbers.add(number.asDouble()));
        return numbers;
    }
}
