package org.kindred.cli;

import java.util.List;
import org.kindred.options.Meaning;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.rollout.SamplingOptions;

/** How {@code policy generate} continues a prompt. */
record GenerateOptions(
        @Meaning(value = "of the sampling", essential = true) long seed,
        @Meaning(
                        value =
                                "continue the text itself instead of answering it by the chat template",
                        essential = true)
                boolean raw,
        @Meaning(value = "system message of the chat; empty for none", essential = true)
                String system,
        @Meaning(value = "completions, at least 1", essential = true) int samples,
        @Meaning("texts that end a completion") List<String> stops,
        @Meaning(value = "the model's own by default", essential = true) SamplingOptions sampling,
        @Meaning(value = "device, precision, threads", essential = true) EngineOptions engine) {

    GenerateOptions {
        if (samples < 1) {
            throw new IllegalArgumentException("samples = " + samples + ": must be at least 1");
        }
        if (raw && !system.isEmpty()) {
            throw new IllegalArgumentException(
                    "system: a raw prompt has no system message; leave out one of both");
        }
        stops = List.copyOf(stops);
    }

    static GenerateOptions of(SamplingOptions sampling) {
        return new GenerateOptions(42, false, "", 1, List.of(), sampling, EngineOptions.defaults());
    }
}
