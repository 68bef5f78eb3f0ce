package org.kindred.policy.objective;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.kindred.policy.Fixtures;

/**
 * Losses and metrics of TRL 1.13.0's own {@code _compute_loss}, recorded from float32 runs: 1e-5
 * relative or 2e-6 absolute.
 */
final class ObjectiveFixturesTest {
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

    @TestFactory
    Stream<DynamicTest> lossesOfTheEngine_areThoseOfTrl() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path model : Fixtures.models()) {
            JsonNode set = Fixtures.json(model.resolve("expected.json")).get("grpo");
            if (set != null) {
                List<JsonNode> cases = new ArrayList<>();
                set.get("cases").forEach(cases::add);
                String name = model.getFileName().toString();
                tests.add(
                        DynamicTest.dynamicTest(
                                name, () -> EngineLosses.checkAll(model, set, cases)));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private static void add(List<DynamicTest> tests, String file, JsonNode set, JsonNode example) {
        if (!TrlCases.recordedAtTemperature1(example)) {
            return; // the engine's test covers the others
        }
        String name = file + " " + tests.size() + " " + example.get("loss_type").asText();
        tests.add(DynamicTest.dynamicTest(name, () -> TrlCases.check(set, example)));
    }
}
