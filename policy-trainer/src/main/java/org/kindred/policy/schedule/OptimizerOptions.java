package org.kindred.policy.schedule;

import org.kindred.options.Meaning;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule;

/** How weights are updated. */
public record OptimizerOptions(
        @Meaning(
                        value =
                                "peak rate, positive. Full fine-tuning of a pretrained model by reinforcement starts "
                                        + "at 1e-6; a model of a few million parameters takes 1e-4 to 1e-3",
                        essential = true)
                double learningRate,
        @Meaning("its course") LearningRateSchedule.Shape schedule,
        @Meaning("updates over which the rate rises from 0") int warmupUpdates,
        @Meaning("decay, moments and clipping") AdamWOptions adamw) {

    public OptimizerOptions {
        if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
            throw new IllegalArgumentException(
                    "learning_rate = " + learningRate + ": must be positive, for example 1e-6");
        }
        if (warmupUpdates < 0) {
            throw new IllegalArgumentException(
                    "warmup_updates = " + warmupUpdates + ": must be at least 0");
        }
    }

    /** For a run of so many updates: one that is shorter than the warm-up warms up throughout. */
    public OptimizerOptions forUpdates(int updates) {
        return new OptimizerOptions(
                learningRate, schedule, Math.min(warmupUpdates, updates), adamw);
    }

    /**
     * The learning rate of one update.
     *
     * @param update from 0
     * @param total updates of the run, at least as many as the warm-up has
     */
    public double rate(int update, int total) {
        LearningRateSchedule course = new LearningRateSchedule(schedule, warmupUpdates, total);
        return learningRate * course.multiplier(update);
    }
}
