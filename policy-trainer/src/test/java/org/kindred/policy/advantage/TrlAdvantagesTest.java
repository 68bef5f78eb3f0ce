package org.kindred.policy.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.kindred.policy.Fixtures;

/** Advantages of TRL 1.13.0, recorded; the {@code trl} preset must give the same. */
final class TrlAdvantagesTest {

    @TestFactory
    Stream<DynamicTest> trlPreset_givesAdvantagesOfTrl() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : Fixtures.grpo("advantages")) {
            for (JsonNode example : Fixtures.json(file).get("cases")) {
                String name = file.getFileName() + " " + example.get("name").asText();
                tests.add(DynamicTest.dynamicTest(name, () -> check(example)));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private static void check(JsonNode example) {
        double[][] byFunction = Fixtures.matrix(example.get("rewards_per_function"));
        int size = example.get("num_generations").asInt();
        List<PromptScores> step = new ArrayList<>();
        for (int first = 0; first < byFunction[0].length; first += size) {
            double[][] scores = new double[byFunction.length][];
            for (int function = 0; function < scores.length; function++) {
                scores[function] = Arrays.copyOfRange(byFunction[function], first, first + size);
            }
            step.add(new PromptScores("row " + first, "all", null, scores));
        }
        AdvantageNormaliser normaliser =
                new AdvantageNormaliser(
                        AdvantageOptions.trl(kind(example.get("config"))),
                        weights(example.get("config").get("reward_weights"), byFunction.length),
                        Map.of("all", 1.0),
                        null);
        double[] advantages = BatchSpread.flat(normaliser.normalise(step).values());
        double[] expected = Fixtures.doubles(example.get("advantages"));
        assertThat(advantages).containsExactly(expected, within(1e-6));
    }

    private static EstimatorKind kind(JsonNode config) {
        if (config.get("multi_objective_aggregation").asText().equals("normalize_then_sum")) {
            return EstimatorKind.GDPO;
        }
        return switch (config.get("scale_rewards").asText()) {
            case "group" -> EstimatorKind.GRPO;
            case "batch" -> EstimatorKind.LITE_PPO;
            default -> EstimatorKind.DR_GRPO;
        };
    }

    private static double[] weights(JsonNode weights, int functions) {
        if (!weights.isNull()) {
            return Fixtures.doubles(weights);
        }
        double[] ones = new double[functions];
        Arrays.fill(ones, 1);
        return ones;
    }
}
