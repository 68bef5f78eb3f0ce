package org.kindred.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;
import org.kindred.datasets.source.DatasetImport;
import org.kindred.datasets.source.ImportOptions;
import org.kindred.datasets.source.LampQaResponses;
import org.kindred.eval.stats.Bootstrap;

/**
 * Every metric expectation beside the fixture files, whatever files lie there: the copies among the
 * resources of the datasets module, or those of the folder that {@code kindred.dataset.fixtures}
 * names. Values are met within 1e-9.
 */
final class MetricFixturesTest {
    private static final String EXPECTED = ".expected.json";
    private static final double TOLERANCE = 1e-9;
    private static final Bootstrap BOOTSTRAP = new Bootstrap(200, SeedTree.root(1));

    /** Keys of an expectation that describe the file rather than its metrics. */
    private static final Set<String> WORDS =
            Set.of(
                    "file",
                    "policy",
                    "format",
                    "note",
                    "rule",
                    "order",
                    "parse_rule",
                    "lines_total");

    /** What is computed for each format, as JSON with the names that the expectations use. */
    private static final Map<String, BiFunction<Path, Path, ObjectNode>> METRICS =
            Map.of(
                    "rewardbench-scores", MetricFixturesTest::rewardBench,
                    "rewardbench2-scores", MetricFixturesTest::rewardBench2,
                    "lamp-qa-judgments", MetricFixturesTest::lampQa,
                    "lamp-qa-rankings", (file, work) -> rankings(file),
                    "pointwise-scores", MetricFixturesTest::pointwise,
                    "pairwise-judge-outputs", MetricFixturesTest::pairwise);

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path work;

    @TestFactory
    Stream<DynamicTest> everyMetricFile_givesWhatIsExpectedOfIt() throws IOException {
        Path folder = fixtures();
        List<Path> expectations;
        try (Stream<Path> tree = Files.walk(folder)) {
            expectations =
                    tree.filter(f -> f.toString().endsWith(EXPECTED))
                            .filter(f -> METRICS.containsKey(read(f).path("format").asText()))
                            .sorted()
                            .toList();
        }
        assertThat(expectations).as("metric expectations below %s", folder).isNotEmpty();
        return expectations.stream()
                .map(
                        file ->
                                DynamicTest.dynamicTest(
                                        folder.relativize(file).toString(),
                                        () -> check(file, read(file))));
    }

    private void check(Path expectation, JsonNode expected) throws IOException {
        String name = expectation.getFileName().toString();
        Path data =
                expectation.resolveSibling(name.substring(0, name.length() - EXPECTED.length()));
        ObjectNode found =
                METRICS.get(expected.get("format").asText())
                        .apply(data, Files.createTempDirectory(work, "import"));
        int compared = 0;
        for (Map.Entry<String, JsonNode> entry : expected.properties()) {
            if (!WORDS.contains(entry.getKey())) {
                compare(entry.getKey(), found.get(entry.getKey()), entry.getValue());
                compared++;
            }
        }
        assertThat(compared).isPositive();
    }

    private static void compare(String at, JsonNode found, JsonNode expected) {
        assertThat(found).as(at + " is computed").isNotNull();
        if (expected.isNumber()) {
            assertThat(found.isObject() ? found.get("mean").asDouble() : found.asDouble())
                    .as(at)
                    .isCloseTo(
                            expected.asDouble(), org.assertj.core.api.Assertions.within(TOLERANCE));
        } else if (expected.isObject()) {
            expected.properties()
                    .forEach(
                            entry ->
                                    compare(
                                            at + "." + entry.getKey(),
                                            found.get(entry.getKey()),
                                            entry.getValue()));
            assertThat(found.size()).as(at + ": number of entries").isEqualTo(expected.size());
        } else if (expected.isArray()) {
            assertThat(found.size()).as(at + ": length").isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                compare(at + "[" + i + "]", found.get(i), expected.get(i));
            }
        } else if (expected.isNull()) {
            assertThat(found.isNull() || Double.isNaN(found.asDouble())).as(at).isTrue();
        } else {
            assertThat(found.asText()).as(at).isEqualTo(expected.asText());
        }
    }

    private static ObjectNode rewardBench(Path file, Path work) {
        ScoreFile<ScoreFile.PairScore> scores = ScoreFile.pairs(file);
        RewardBench result = RewardBench.of(tasks("reward-bench", file, work), scores.byId());
        ObjectNode json = Json.mapper().valueToTree(result);
        json.put("pooled_accuracy", result.pooled().strict());
        json.put("ties", result.pooled().ties());
        ObjectNode weights = json.putObject("fixed_weights");
        RewardBench.SECTIONS.values().forEach(section -> section.forEach(weights::put));
        return json;
    }

    private static ObjectNode rewardBench2(Path file, Path work) {
        RewardBench2 result =
                RewardBench2.of(tasks("reward-bench", file, work), ScoreFile.lists(file).byId());
        ObjectNode json = Json.mapper().valueToTree(result);
        if (json.get("ties_parts") instanceof ObjectNode parts) {
            parts.remove("score");
        }
        return json;
    }

    private static ObjectNode lampQa(Path file, Path work) {
        LampQa result =
                LampQa.of(
                        tasks("lamp-qa", file, work),
                        LampQaResponses.read(file.resolveSibling("responses.json"))
                                .byQuestion()
                                .keySet(),
                        ScoreFile.aspects(file).verdicts(),
                        BOOTSTRAP);
        ObjectNode json = Json.mapper().valueToTree(result);
        var list = json.putArray("per_question_scores");
        result.byQuestion()
                .forEach((id, score) -> list.addObject().put("id", id).put("score", score));
        return json;
    }

    private static ObjectNode rankings(Path file) {
        ObjectNode json = JSON.createObjectNode();
        json.set(
                "by_config",
                Json.mapper()
                        .valueToTree(
                                SystemRanking.byConfig(
                                        ScoreFile.rankings(file).byId().values(), BOOTSTRAP)));
        return json;
    }

    private static ObjectNode pointwise(Path file, Path work) {
        PersonalizedRewardBench.Pointwise result =
                PersonalizedRewardBench.pointwise(pairs(file, work), ScoreFile.pairs(file).byId());
        ObjectNode json = Json.mapper().valueToTree(result);
        json.put("pairs_total", result.tally().pairs());
        json.put("scored", result.tally().pairs() - result.tally().unscored());
        json.put("wins", result.tally().right());
        json.put("ties", result.tally().ties());
        json.put("win_rate_strict_all_pairs", result.tally().strict());
        return json;
    }

    private static ObjectNode pairwise(Path file, Path work) {
        return Json.mapper()
                .valueToTree(
                        PersonalizedRewardBench.pairwise(
                                pairs(file, work), ScoreFile.verdicts(file).byId()));
    }

    private static List<Task> tasks(String format, Path scores, Path work) {
        return imported(format, scores, work).tasks();
    }

    private static Collection<String> pairs(Path scores, Path work) {
        return imported("personalized-reward-bench", scores, work).dataset().preferences().stream()
                .map(Preference::id)
                .collect(Collectors.toList());
    }

    private static CanonicalReader.Loaded imported(String format, Path scores, Path work) {
        Path out = work.resolve("data");
        DatasetImport.run(
                format,
                List.of(scores.toAbsolutePath().getParent()),
                out,
                false,
                ImportOptions.defaults(),
                (doing, done, total) -> {});
        return CanonicalReader.read(out);
    }

    private static Path fixtures() {
        String named = System.getProperty("kindred.dataset.fixtures", "");
        return named.isBlank()
                ? Path.of("../datasets/src/test/resources/org/kindred/datasets/fixtures")
                : Path.of(named);
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
    }
}
