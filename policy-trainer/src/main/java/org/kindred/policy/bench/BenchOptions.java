package org.kindred.policy.bench;

import org.kindred.policy.model.EngineOptions;

/**
 * What is measured.
 *
 * @param prompts distinct prompts a step
 * @param completions completions per prompt, at least 2
 * @param promptTokens tokens of each prompt
 * @param newTokens tokens of each completion
 * @param steps timed steps; one more goes before them and is not counted
 * @param engine device, precision, threads
 * @param loraRank rank of the adapters that are trained on all projections; 0 trains the weights
 */
public record BenchOptions(
        int prompts,
        int completions,
        int promptTokens,
        int newTokens,
        int steps,
        EngineOptions engine,
        int loraRank) {

    public BenchOptions {
        require("prompts", prompts, 1);
        require("completions", completions, 2);
        require("prompt_tokens", promptTokens, 1);
        require("new_tokens", newTokens, 1);
        require("steps", steps, 1);
        require("lora_rank", loraRank, 0);
    }

    /** One prompt of 64 tokens, 8 completions of 64, 5 steps. */
    public static BenchOptions defaults() {
        return new BenchOptions(1, 8, 64, 64, 5, EngineOptions.defaults(), 0);
    }

    private static void require(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + " = " + value + ": must be at least " + least);
        }
    }
}
