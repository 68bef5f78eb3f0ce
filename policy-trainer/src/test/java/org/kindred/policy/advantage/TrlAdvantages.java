package org.kindred.policy.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.kindred.policy.Fixtures;

/** Advantages of TRL 1.13.0, recorded; the {@code trl} preset must give the same. */
public final class TrlAdvantages {

    private TrlAdvantages() {}

    /** Compares the advantages of one case. */
    public static void check(JsonNode example) {
        List<PromptScores> step = prompts(example);
        AdvantageNormaliser normaliser =
                new AdvantageNormaliser(
                        AdvantageOptions.trl(kind(example.get("config"))),
                        weights(example),
                        Map.of("all", 1.0),
                        null);
        double[] advantages = BatchSpread.flat(normaliser.normalise(step).values());
        double[] expected = Fixtures.doubles(example.get("advantages"));
        assertThat(advantages).containsExactly(expected, within(1e-6));
    }

    private static List<PromptScores> prompts(JsonNode example) {
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
        return step;
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

    private static double[] weights(JsonNode example) {
        JsonNode weights = example.get("config").get("reward_weights");
        int functions = example.get("rewards_per_function").size();
        if (!weights.isNull()) {
            return Fixtures.doubles(weights);
        }
        double[] ones = new double[functions];
        Arrays.fill(ones, 1);
        return ones;
    }
}
