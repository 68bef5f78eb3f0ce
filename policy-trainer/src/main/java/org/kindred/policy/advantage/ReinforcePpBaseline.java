package org.kindred.policy.advantage;

import java.util.List;

/**
 * REINFORCE++ with baseline (arXiv 2501.03262): {@code a = r - mean of the prompt; A = a / (std of
 * all a of the step + epsilon)}.
 */
record ReinforcePpBaseline(Divisor divisor, double epsilon) implements AdvantageEstimator {

    @Override
    public double[][] advantages(List<PromptRewards> step) {
        double[][] centred = new DrGrpo().advantages(step);
        return BatchSpread.scaled(centred, BatchSpread.flat(centred), divisor, epsilon);
    }
}
