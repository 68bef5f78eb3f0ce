package org.kindred.cli;

import java.util.List;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.rollout.SamplingOptions;

/**
 * How {@code policy generate} continues a prompt.
 *
 * @param seed of the sampling
 * @param raw continue the text itself instead of answering it by the chat template
 * @param system system message of the chat; empty for none
 * @param samples completions, at least 1
 * @param stops texts that end a completion
 * @param sampling the model's own by default
 * @param engine device, precision, threads
 */
record GenerateOptions(
        long seed,
        boolean raw,
        String system,
        int samples,
        List<String> stops,
        SamplingOptions sampling,
        EngineOptions engine) {

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
