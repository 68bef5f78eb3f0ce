package org.kindred.policy.advantage;

/**
 * P-GRPO (arXiv 2603.10009): {@code A = (r - mu_p) / (sigma_p + epsilon)} with mean and standard
 * deviation of all rewards that preference group p ever earned, instead of those of the completions
 * generated together.
 *
 * <p>For epsilon 0 it equals {@code (sigma_G / sigma_p) * A_grpo + (mu_G - mu_p) / sigma_p}
 * (Corollary 3.1). While {@code sigma_p} is below 1e-8 rewards are only centred. The paper's
 * divisor, epsilon and order of update are not known to us; ours are population, 1e-6 and update
 * first.
 */
record PGrpo(Divisor divisor, double epsilon, HistoryBaseline baseline) implements HistoryFormula {

    @Override
    public double[] advantages(double[] rewards, GroupState group) {
        HistoryScale scale = HistoryScale.of(group.rewards(), divisor, epsilon);
        if (baseline == HistoryBaseline.PROMPT_MEAN) {
            scale = new HistoryScale(Moments.of(rewards).mean(), scale.divisor());
        }
        double[] advantages = new double[rewards.length];
        for (int i = 0; i < rewards.length; i++) {
            advantages[i] = scale.normalised(rewards[i]);
        }
        return advantages;
    }
}
