package org.kindred.policy.bench;

import org.kindred.options.Meaning;
import org.kindred.policy.model.EngineOptions;

/** What is measured. */
public record BenchOptions(
        @Meaning(value = "distinct prompts a step", essential = true) int prompts,
        @Meaning(value = "completions per prompt, at least 2", essential = true) int completions,
        @Meaning(value = "tokens of each prompt", essential = true) int promptTokens,
        @Meaning(value = "tokens of each completion", essential = true) int newTokens,
        @Meaning(
                        value = "timed steps; one more goes before them and is not counted",
                        essential = true)
                int steps,
        @Meaning(value = "device, precision, threads", essential = true) EngineOptions engine,
        @Meaning(
                        value =
                                "rank of the adapters that are trained on all projections; 0 trains the weights",
                        essential = true)
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
