package org.kindred.policy.advantage;

import java.util.List;

/**
 * Runs a {@link HistoryFormula} over a step and keeps the history up to date, before or after by
 * {@link HistoryOrder}.
 */
final class HistoryEstimator implements AdvantageEstimator {
    private final HistoryFormula formula;
    private final GroupHistory history;
    private final HistoryOrder order;
    private final double userShareCap;
    private final Grpo fallback;
    private int fallbackPrompts;
    private int cappedPrompts;

    HistoryEstimator(
            HistoryFormula formula,
            GroupHistory history,
            HistoryOrder order,
            double userShareCap,
            Grpo fallback) {
        this.formula = formula;
        this.history = history;
        this.order = order;
        this.userShareCap = userShareCap;
        this.fallback = fallback;
    }

    @Override
    public double[][] advantages(List<PromptRewards> step) {
        boolean updateFirst = order.kind() == HistoryOrder.Kind.UPDATE_FIRST;
        if (updateFirst) {
            cappedPrompts = history.update(step, userShareCap);
        }
        fallbackPrompts = 0;
        double[][] advantages = new double[step.size()][];
        for (int j = 0; j < advantages.length; j++) {
            PromptRewards prompt = step.get(j);
            GroupState group = history.state(prompt.group());
            boolean tooFew = group.rewards().count() < order.minCount();
            fallbackPrompts += tooFew ? 1 : 0;
            advantages[j] =
                    tooFew
                            ? fallback.ofPrompt(prompt.rewards())
                            : formula.advantages(prompt.rewards(), group);
        }
        if (!updateFirst) {
            cappedPrompts = history.update(step, userShareCap);
        }
        return advantages;
    }

    @Override
    public int fallbackPrompts() {
        return fallbackPrompts;
    }

    @Override
    public int cappedPrompts() {
        return cappedPrompts;
    }
}
