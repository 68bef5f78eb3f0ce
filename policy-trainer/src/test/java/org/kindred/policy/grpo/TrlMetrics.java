package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.policy.Fixtures;
import org.kindred.policy.advantage.PromptScores;
import org.kindred.policy.rollout.Completion;

/** Metrics that TRL 1.13.0 logged for recorded completions and rewards. */
final class TrlMetrics {

    private TrlMetrics() {}

    /** Compares the metrics of one case. */
    static void check(JsonNode example) {
        int size = example.get("num_generations").asInt();
        double[][] rewards = Fixtures.matrix(example.get("rewards_per_function"));
        List<List<Completion>> completions = new ArrayList<>();
        List<PromptScores> prompts = new ArrayList<>();
        for (int first = 0; first < rewards[0].length; first += size) {
            List<Completion> ofPrompt = new ArrayList<>();
            for (int row = first; row < first + size; row++) {
                ofPrompt.add(completion(example, row));
            }
            completions.add(ofPrompt);
            double[][] scores = new double[rewards.length][];
            for (int f = 0; f < rewards.length; f++) {
                scores[f] = Arrays.copyOfRange(rewards[f], first, first + size);
            }
            prompts.add(new PromptScores("p" + first, "all", null, scores));
        }
        Map<String, Double> metrics = new LinkedHashMap<>(RolloutMetrics.completions(completions));
        metrics.putAll(RolloutMetrics.rewards(sources(example), prompts));
        // under scale_rewards=batch TRL asks whether the whole batch is equal; ours asks per prompt
        boolean batch = example.get("config").get("scale_rewards").asText().equals("batch");
        for (Map.Entry<String, JsonNode> expected : example.get("metrics").properties()) {
            boolean other = batch && expected.getKey().equals("frac_reward_zero_std");
            if (!other && !expected.getKey().equals("num_tokens")) {
                double value = expected.getValue().asDouble();
                assertThat(metrics.get(expected.getKey()))
                        .as(expected.getKey())
                        .isCloseTo(value, within(Math.max(1e-6, 1e-6 * Math.abs(value))));
            }
        }
    }

    private static Completion completion(JsonNode example, int row) {
        int[] tokens = Fixtures.ints(example.get("completions").get(row));
        boolean finished = tokens[tokens.length - 1] == example.get("eos_token_id").asInt();
        return new Completion(tokens, new float[tokens.length], finished);
    }

    private static List<RewardSource> sources(JsonNode example) {
        JsonNode weights = example.get("config").get("reward_weights");
        List<RewardSource> sources = new ArrayList<>();
        for (JsonNode name : example.get("reward_function_names")) {
            double weight = weights.isNull() ? 1 : weights.get(sources.size()).asDouble();
            sources.add(
                    new RewardSource(
                            name.asText(),
                            weight,
                            name.asText(),
                            (prompt, texts) -> {
                                throw new AssertionError("not called");
                            }));
        }
        return sources;
    }
}
