package org.kindred.policy.advantage;

import java.util.List;

/**
 * REINFORCE leave-one-out (arXiv 2402.14740): {@code A_i = r_i - mean of the others = G / (G - 1) *
 * (r_i - mean)}. Deviation: a KL penalty belongs to the loss here, not to the reward.
 */
record Rloo() implements AdvantageEstimator {

    @Override
    public double[][] advantages(List<PromptRewards> step) {
        return step.stream().map(p -> leaveOneOut(p.rewards())).toArray(double[][]::new);
    }

    private static double[] leaveOneOut(double[] rewards) {
        double[] advantages = DrGrpo.centred(rewards);
        double factor = rewards.length / (rewards.length - 1.0);
        for (int i = 0; i < advantages.length; i++) {
            advantages[i] *= factor;
        }
        return advantages;
    }
}
