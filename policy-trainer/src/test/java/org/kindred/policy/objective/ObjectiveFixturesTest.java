package org.kindred.policy.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.kindred.policy.Fixtures;

/**
 * Losses and metrics of TRL 1.13.0's own {@code _compute_loss}, recorded from float32 runs: 1e-5
 * relative or 2e-6 absolute.
 */
final class ObjectiveFixturesTest {
    private static final String TEMPERATURE_1 = "1.0";

    @TestFactory
    Stream<DynamicTest> extendedLosses_areThoseOfTrl() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : Fixtures.grpo("extended_losses")) {
            JsonNode set = Fixtures.json(file);
            for (JsonNode given : set.get("cases")) {
                ObjectNode example = set.get("trainer_defaults").deepCopy();
                given.properties().forEach(f -> example.set(f.getKey(), f.getValue()));
                add(tests, file.getFileName().toString(), set, example);
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> lossesOfEveryModel_areThoseOfTrl() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path model : Fixtures.models()) {
            JsonNode set = Fixtures.json(model.resolve("expected.json")).get("grpo");
            if (set != null) {
                for (JsonNode example : set.get("cases")) {
                    add(tests, model.getFileName().toString(), set, example);
                }
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private static void add(List<DynamicTest> tests, String file, JsonNode set, JsonNode example) {
        if (!example.get("temperature").asText().equals(TEMPERATURE_1)) {
            return; // log-probs are recorded at temperature 1; the engine's test covers the others
        }
        String name = file + " " + tests.size() + " " + example.get("loss_type").asText();
        tests.add(DynamicTest.dynamicTest(name, () -> check(set, example)));
    }

    private static void check(JsonNode set, JsonNode example) {
        TokenRows rows = TrlCases.rows(set, example);
        ObjectiveOptions options = TrlCases.options(example);
        double beta = example.get("beta").asDouble();
        double entropyCoefficient = example.path("entropy_coef").asDouble(0);
        LossStatistics statistics = new LossStatistics(options);
        new Objective(options)
                .evaluate(
                        rows,
                        TrlCases.divisors(rows, example),
                        beta,
                        entropyCoefficient,
                        statistics);
        double expected = example.get("loss").asDouble();
        assertThat(statistics.loss())
                .isCloseTo(expected, within(Math.max(2e-6, 1e-5 * Math.abs(expected))));
        Map<String, Double> metrics = statistics.metrics(beta, entropyCoefficient);
        example.get("metrics").properties().forEach(metric -> assertMetric(metrics, metric));
    }

    private static void assertMetric(
            Map<String, Double> metrics, Map.Entry<String, JsonNode> expected) {
        @Nullable Double actual = metrics.get(expected.getKey());
        assertThat(actual).as(expected.getKey()).isNotNull();
        double value = expected.getValue().asDouble();
        assertThat(actual)
                .as(expected.getKey())
                .isCloseTo(value, within(Math.max(2e-6, 1e-5 * Math.abs(value))));
    }
}
