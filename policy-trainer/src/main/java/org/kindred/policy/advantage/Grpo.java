package org.kindred.policy.advantage;

import java.util.List;

/**
 * GRPO (arXiv 2402.03300): {@code A = (r - mean) / (std + epsilon)} over the completions of one
 * prompt. Equal rewards give exactly 0.
 */
record Grpo(Divisor divisor, double epsilon) implements AdvantageEstimator {

    @Override
    public double[][] advantages(List<PromptRewards> step) {
        return step.stream().map(p -> ofPrompt(p.rewards())).toArray(double[][]::new);
    }

    double[] ofPrompt(double[] rewards) {
        if (PromptRewards.allEqual(rewards)) {
            return new double[rewards.length];
        }
        Moments prompt = Moments.of(rewards);
        double scale = prompt.std(divisor) + epsilon;
        double[] advantages = new double[rewards.length];
        for (int i = 0; i < rewards.length; i++) {
            advantages[i] = (rewards[i] - prompt.mean()) / scale;
        }
        return advantages;
    }
}
