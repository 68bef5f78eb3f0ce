package org.kindred.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every loading expectation beside the fixture files, whatever files lie there: the copies among
 * the resources, or those of the folder that {@code kindred.dataset.fixtures} names.
 */
final class DatasetFixturesTest {
    private static final String EXPECTED = ".expected.json";
    private static final List<String> METRICS =
            List.of("scores", "judgments", "rankings", "judge-outputs");

    /** Formats by how the names of their layouts begin. */
    private static final Map<String, String> FORMATS =
            Map.of(
                    "prism-", "prism",
                    "personalrewardbench-", "personal-reward-bench",
                    "community-alignment", "community-alignment",
                    "lamp-qa", "lamp-qa",
                    "personalized-rewardbench", "personalized-reward-bench",
                    "rewardbench", "reward-bench",
                    "trl-", "trl",
                    "movielens-", "movielens",
                    "goodreads-", "goodreads");

    @TestFactory
    Stream<DynamicTest> everyFile_givesWhatIsExpectedOfIt() throws IOException {
        Path folder = fixtures();
        List<Path> expectations;
        try (Stream<Path> tree = Files.walk(folder)) {
            expectations = tree.filter(f -> f.toString().endsWith(EXPECTED)).sorted().toList();
        }
        assertThat(expectations).as("expectations below %s", folder).isNotEmpty();
        return expectations.stream()
                .filter(file -> isLoading(read(file)))
                .map(
                        file ->
                                DynamicTest.dynamicTest(
                                        folder.relativize(data(file)).toString(),
                                        () -> check(data(file), read(file))));
    }

    static Path fixtures() {
        String named = System.getProperty("kindred.dataset.fixtures", "");
        try {
            return named.isBlank()
                    ? Path.of(
                            Objects.requireNonNull(
                                            DatasetFixturesTest.class.getResource(
                                                    "/org/kindred/datasets/fixtures"))
                                    .toURI())
                    : Path.of(named);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void check(Path file, JsonNode expected) throws IOException {
        String layout = expected.get("format").asText();
        if (layout.equals("lamp-qa-responses")) {
            FixtureChecks.responses(file, expected);
            return;
        }
        String format = format(layout);
        boolean needsOthers = format.equals("movielens") || format.equals("goodreads");
        Path named = needsOthers ? file.toAbsolutePath().getParent() : file;
        Collected collected =
                Collected.read(format, Collected.ALL, List.of(Objects.requireNonNull(named)));
        FixtureChecks checks =
                new FixtureChecks(layout, needsOthers ? file.toAbsolutePath() : file, collected);
        expected.properties().forEach(entry -> checks.check(entry.getKey(), entry.getValue()));
    }

    private static String format(String layout) {
        return FORMATS.entrySet().stream()
                .filter(entry -> layout.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no reader for the layout " + layout));
    }

    private static boolean isLoading(JsonNode expected) {
        String layout = expected.path("format").asText();
        return METRICS.stream().noneMatch(layout::endsWith);
    }

    private static Path data(Path expectation) {
        String name = expectation.getFileName().toString();
        return expectation.resolveSibling(name.substring(0, name.length() - EXPECTED.length()));
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
    }
}
