package org.kindred.policy.advantage;

import java.util.List;

/**
 * Lite PPO (arXiv 2508.08221), TRL's {@code scale_rewards=batch}: {@code A = (r - mean of the
 * prompt) / (std of all rewards of the step + epsilon)}.
 */
record LitePpo(Divisor divisor, double epsilon) implements AdvantageEstimator {

    @Override
    public double[][] advantages(List<PromptRewards> step) {
        double[][] rewards = step.stream().map(PromptRewards::rewards).toArray(double[][]::new);
        double[][] centred = new DrGrpo().advantages(step);
        return BatchSpread.scaled(centred, BatchSpread.flat(rewards), divisor, epsilon);
    }
}
