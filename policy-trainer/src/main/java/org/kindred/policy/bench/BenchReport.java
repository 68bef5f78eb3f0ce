package org.kindred.policy.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Medians over the timed steps, in seconds.
 *
 * @param generatedTokensPerSecond of the rollout, prompt included
 * @param prefillSeconds prompts to caches, weights put in the processor's order
 * @param rolloutSeconds sampling of a step, prefill included
 * @param stepSeconds rollout, reward, forward, backward and optimizer
 * @param bookkeepingSeconds of the step: advantages, histories and metrics, in Java
 * @param peakRssMib most resident memory of the process so far; null where the system does not tell
 * @param gemmGflops product of two large matrices, measured in the same process
 * @param flopUtilisation operations that forward and backward need, recomputation not counted, over
 *     what the product reached
 * @param readGbPerSecond reading memory, measured in the same process
 * @param bandwidthUtilisation bytes of weights and cache that sampling must read, over what reading
 *     reached; tokens of a batch share one reading
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BenchReport(
        String model,
        long parameters,
        String device,
        String dtype,
        String rolloutDtype,
        int loraRank,
        int threads,
        int prompts,
        int completions,
        int promptTokens,
        int newTokens,
        int steps,
        double generatedTokensPerSecond,
        double prefillSeconds,
        double rolloutSeconds,
        double forwardBackwardSeconds,
        double optimizerSeconds,
        double stepSeconds,
        double bookkeepingSeconds,
        @Nullable Long peakRssMib,
        double gemmGflops,
        double flopUtilisation,
        double readGbPerSecond,
        double bandwidthUtilisation) {}
