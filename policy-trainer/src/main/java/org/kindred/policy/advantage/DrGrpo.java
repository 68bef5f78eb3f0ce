package org.kindred.policy.advantage;

import java.util.List;

/**
 * Dr. GRPO (arXiv 2503.20783): {@code A = r - mean} over the completions of one prompt; not
 * invariant to the scale of rewards. The paper's constant-length loss is loss type {@code dr_grpo}.
 */
record DrGrpo() implements AdvantageEstimator {

    @Override
    public double[][] advantages(List<PromptRewards> step) {
        return step.stream().map(p -> centred(p.rewards())).toArray(double[][]::new);
    }

    static double[] centred(double[] rewards) {
        double mean = Moments.of(rewards).mean();
        double[] centred = new double[rewards.length];
        for (int i = 0; i < rewards.length; i++) {
            centred[i] = rewards[i] - mean;
        }
        return centred;
    }
}
