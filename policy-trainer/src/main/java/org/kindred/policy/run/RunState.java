package org.kindred.policy.run;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Where a run is, beside weights, optimizer and reward history, and what identifies it.
 *
 * @param format {@code kindred-run-state}
 * @param kind {@code grpo} or {@code sft}
 * @param steps steps done
 * @param tokens prompt and completion tokens seen
 * @param options as they took effect
 * @param data SHA-256 of what is learned from, in order
 * @param rewards fingerprint of the reward functions; empty where there are none
 * @param policyProbe log-probabilities of the policy on a fixed text, to know it again
 * @param referenceProbe the same of the reference; empty where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to compute with, never compared as a value
public record RunState(
        String format,
        int version,
        String kind,
        long steps,
        long tokens,
        JsonNode options,
        String data,
        String rewards,
        double[] policyProbe,
        double[] referenceProbe) {
    static final String FORMAT = "kindred-run-state";
    static final int VERSION = 1;

    public RunState(
            String kind,
            long steps,
            long tokens,
            JsonNode options,
            String data,
            String rewards,
            double[] policyProbe,
            double[] referenceProbe) {
        this(
                FORMAT,
                VERSION,
                kind,
                steps,
                tokens,
                options,
                data,
                rewards,
                policyProbe,
                referenceProbe);
    }
}
