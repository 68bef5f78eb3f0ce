package org.kindred.policy.advantage;

/**
 * Our extension of P-GRPO: a baseline between the prompt's leave-one-out mean and the group's
 * history mean, weighted by how much prompts of the group differ, and a scale from the history.
 *
 * <pre>
 * w   = tau2 / (tau2 + sigma2_w / (G - 1))
 * b_i = w * m_-i + (1 - w) * mu
 * A_i = (r_i - b_i) / (scale + epsilon)            r_i - b_i while scale &lt; 1e-8
 * </pre>
 *
 * With scale {@code within} the expected gradient is that of E[R|p] / sigma_w for every w: w
 * changes variance, never the weight of a group. P-GRPO is the limit w = 0, RLOO over a group scale
 * the limit w = 1.
 */
record ShrunkPGrpo(double epsilon, ShrinkageScale scale) implements HistoryFormula {

    @Override
    public double[] advantages(double[] rewards, GroupState group) {
        PromptMoments prompts = group.prompts();
        int size = rewards.length;
        double weight = prompts.ownWeight(size);
        Moments own = Moments.of(rewards);
        double ownMean = own.mean();
        double groupMean = prompts.means().mean();
        double std = Math.sqrt(variance(prompts, weight, own));
        double divisor = std < LEAST_SCALE ? 1 : std + epsilon;
        double[] advantages = new double[size];
        for (int i = 0; i < size; i++) {
            double others = ownMean + (ownMean - rewards[i]) / (size - 1); // mean of the others
            double baseline = weight * others + (1 - weight) * groupMean;
            advantages[i] = (rewards[i] - baseline) / divisor;
        }
        return advantages;
    }

    private double variance(PromptMoments prompts, double weight, Moments own) {
        int size = (int) own.count();
        double within = prompts.withinVariance();
        boolean ownOnly = scale == ShrinkageScale.PREDICTIVE || prompts.coldStart();
        return switch (scale) {
            case WITHIN -> within;
            case JAMES_STEIN -> prompts.spreads().variance(own.squares(), size, within);
            case PREDICTIVE, TOTAL ->
                    ownOnly
                            ? within * (1 + weight / (size - 1))
                            : within + prompts.betweenVariance();
        };
    }
}
