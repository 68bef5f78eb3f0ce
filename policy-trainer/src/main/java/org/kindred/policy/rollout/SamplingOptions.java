package org.kindred.policy.rollout;

import java.nio.file.Files;
import java.nio.file.Path;
import org.kindred.datasets.KindredException;
import org.kindred.options.Meaning;
import org.kindred.policy.checkpoint.JsonFields;
import org.kindred.policy.model.TokenFilters;

/**
 * How completions are drawn. Filters act in the order repetition penalty, temperature, top-k,
 * top-p, min-p; {@link TokenFilters} says what each does.
 */
public record SamplingOptions(
        @Meaning(value = "length limit", essential = true) int maxNewTokens,
        @Meaning(value = "divides the logits; 0 takes the likeliest token", essential = true)
                double temperature,
        @Meaning("0 keeps all tokens") int topK,
        @Meaning("1 keeps all tokens") double topP,
        @Meaning("0 keeps all tokens") double minP,
        @Meaning("1 is neutral") double repetitionPenalty) {
    public SamplingOptions {
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException(
                    "maxNewTokens = " + maxNewTokens + ": must be 1 or more");
        }
        new TokenFilters(temperature, topK, topP, minP, repetitionPenalty); // checks the others
    }

    /** TRL's values: up to 512 tokens from the model's own distribution. */
    public static SamplingOptions defaults() {
        return new SamplingOptions(512, 1.0, 0, 1.0, 0.0, 1.0);
    }

    /**
     * What the {@code generation_config.json} of a model folder asks for, as transformers reads it:
     * greedy unless {@code do_sample} is set; 512 new tokens unless it names a number.
     *
     * @throws org.kindred.datasets.KindredException if the file is broken
     */
    public static SamplingOptions ofModel(Path folder) {
        Path file = folder.resolve("generation_config.json");
        if (!Files.exists(file)) {
            return greedy(defaults().maxNewTokens);
        }
        JsonFields json = JsonFields.read(file);
        boolean sampled = json.booleanOr("do_sample", false);
        try {
            return new SamplingOptions(
                    json.intOr("max_new_tokens", defaults().maxNewTokens),
                    sampled ? json.doubleOr("temperature", 1.0) : 0.0,
                    sampled ? json.intOr("top_k", 50) : 0,
                    sampled ? json.doubleOr("top_p", 1.0) : 1.0,
                    sampled ? json.doubleOr("min_p", 0.0) : 0.0,
                    json.doubleOr("repetition_penalty", 1.0));
        } catch (IllegalArgumentException e) {
            throw new KindredException(file + ": " + e.getMessage(), e);
        }
    }

    /** The likeliest token each time. */
    public static SamplingOptions greedy(int maxNewTokens) {
        return new SamplingOptions(maxNewTokens, 0.0, 0, 1.0, 0.0, 1.0);
    }

    TokenFilters filters() {
        return new TokenFilters(temperature, topK, topP, minP, repetitionPenalty);
    }
}
