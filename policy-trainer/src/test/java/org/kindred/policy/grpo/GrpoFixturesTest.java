package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.kindred.policy.Fixtures;
import org.kindred.policy.advantage.TrlAdvantages;
import org.kindred.policy.objective.EngineLosses;
import org.kindred.policy.objective.TrlCases;

/**
 * Every file of {@code grpo/}, recorded with TRL 1.13.0: advantages and reward metrics, losses from
 * recorded and from our own log-probabilities, the order of prompts, and whole runs replayed. What
 * a file holds is told by its fields; a file of no known kind fails.
 */
final class GrpoFixturesTest {

    @TestFactory
    Stream<DynamicTest> everyRecordedFile_isRepeated() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : Fixtures.grpo("")) {
            Fixture fixture = new Fixture(file.getFileName().toString(), tests);
            fixture.add(Fixtures.json(file));
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    /** One file on its way to tests. */
    private record Fixture(String file, List<DynamicTest> tests) {

        void add(JsonNode content) {
            JsonNode first = content.path("cases").path(0);
            if (content.has("micro_steps")) {
                add("replayed", () -> TraceReplay.replay(content));
            } else if (first.has("rewards_per_function")) {
                for (JsonNode example : content.get("cases")) {
                    String name = example.get("name").asText();
                    add(name, () -> TrlAdvantages.check(example));
                    add(name + ", metrics", () -> TrlMetrics.check(example));
                }
            } else if (first.has("given_permutation")) {
                content.get("cases").forEach(example -> add("order", () -> promptOrder(example)));
            } else if (first.has("loss_type")) {
                losses(content);
            } else {
                add(
                        "known kind",
                        () -> fail("no check for a file of such fields: " + fields(content)));
            }
        }

        private static List<String> fields(JsonNode content) {
            return content.properties().stream().map(Map.Entry::getKey).toList();
        }

        private void losses(JsonNode set) {
            List<JsonNode> cases = TrlCases.withDefaults(set);
            for (JsonNode example : cases) {
                if (TrlCases.recordedAtTemperature1(example)) {
                    String name = tests.size() + " " + example.get("loss_type").asText();
                    add(name, () -> TrlCases.check(set, example));
                }
            }
            Path model = Fixtures.model(set.get("model").asText());
            add("with the engine", () -> EngineLosses.checkAll(model, set, cases));
        }

        private void add(String name, org.junit.jupiter.api.function.Executable check) {
            tests.add(DynamicTest.dynamicTest(file + " " + name, check));
        }
    }

    private static void promptOrder(JsonNode example) {
        int[] permutation = Fixtures.ints(example.get("given_permutation"));
        List<Integer> indices = new ArrayList<>();
        for (int[] block : PromptOrder.blocks(permutation, example.get("batch_size").asInt())) {
            for (int repeat = 0; repeat < example.get("repeat_count").asInt(); repeat++) {
                for (int index : block) {
                    for (int g = 0; g < example.get("mini_repeat_count").asInt(); g++) {
                        indices.add(index);
                    }
                }
            }
        }
        assertThat(indices.stream().mapToInt(i -> i).toArray())
                .isEqualTo(Fixtures.ints(example.get("indices_with_given_permutation")));
    }
}
