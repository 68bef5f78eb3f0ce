package org.kindred.policy.grpo;

import org.kindred.policy.advantage.AdvantageOptions;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.advantage.GroupWeight;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.objective.ObjectiveOptions;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.schedule.EntropyBonus;
import org.kindred.policy.schedule.KlSchedule;
import org.kindred.policy.schedule.OptimizerOptions;

/**
 * A reinforcement-learning run.
 *
 * @param steps rollouts in the run; schedules end with it
 * @param sampling how completions are drawn; its temperature, above 0, also divides the logits in
 *     the loss
 * @param maskTruncatedCompletions leave completions that hit the length limit out of the loss; they
 *     still count in statistics and in the number of rows
 * @param scoring how completions are judged
 * @param seed root of every random choice. Runs of the same seed see the same prompts in the same
 *     order, whatever the estimator
 */
public record TrainerOptions(
        int steps,
        BatchOptions batch,
        OptimizerOptions optimizer,
        SamplingOptions sampling,
        AdvantageOptions advantage,
        ObjectiveOptions objective,
        RegularisationOptions regularisation,
        boolean maskTruncatedCompletions,
        ScoringOptions scoring,
        long seed) {

    public TrainerOptions {
        if (steps < 1) {
            throw new IllegalArgumentException("steps = " + steps + ": must be at least 1");
        }
        if (!(sampling.temperature() > 0)) {
            throw new IllegalArgumentException(
                    "temperature = "
                            + sampling.temperature()
                            + ": learning needs samples that differ; must be above 0");
        }
        int updates = Math.multiplyExact(steps, batch.innerEpochs());
        if (optimizer.warmupUpdates() > updates) {
            throw new IllegalArgumentException(
                    "warmup_updates = "
                            + optimizer.warmupUpdates()
                            + ": the run has only "
                            + updates
                            + " updates");
        }
        if (advantage.groupWeight().kind() != GroupWeight.Kind.NONE
                && batch.groupSampling().kind() != GroupSampling.Kind.NATURAL) {
            throw new IllegalArgumentException(
                    "group_weight = "
                            + advantage.groupWeight()
                            + " with group_sampling = "
                            + batch.groupSampling()
                            + ": both make small groups count more; use one of them");
        }
    }

    /** P-GRPO with our constants (p-grpo page): G 8, rate 1e-6, beta 0.001, clip 0.2. */
    public static TrainerOptions defaults() {
        return new TrainerOptions(
                200,
                new BatchOptions(8, 8, GroupSampling.NATURAL, 1, 16),
                new OptimizerOptions(
                        1e-6, LearningRateSchedule.Shape.LINEAR, 0, AdamWOptions.defaults()),
                SamplingOptions.defaults(),
                AdvantageOptions.defaults(EstimatorKind.P_GRPO),
                ObjectiveOptions.defaults(),
                new RegularisationOptions(0.001, KlSchedule.CONSTANT, EntropyBonus.NONE),
                false,
                ScoringOptions.defaults(),
                42);
    }

    /** GRPO with TRL's defaults: one prompt of 8 completions a step, sample std, 1e-4, no KL. */
    public static TrainerOptions trl() {
        TrainerOptions ours = defaults();
        return new TrainerOptions(
                ours.steps,
                new BatchOptions(1, 8, GroupSampling.NATURAL, 1, 8),
                ours.optimizer,
                ours.sampling,
                AdvantageOptions.trl(EstimatorKind.GRPO),
                ours.objective,
                new RegularisationOptions(0, KlSchedule.CONSTANT, EntropyBonus.NONE),
                false,
                ours.scoring,
                ours.seed);
    }

    /** Weight of the KL term at a step, from 0. */
    double betaAt(long step) {
        return regularisation.beta() * regularisation.klSchedule().factor(step, steps);
    }

    /** Weight of the entropy bonus at a step, from 0. */
    double entropyAt(long step) {
        return regularisation.entropyBonus().at(step, steps);
    }

    /** Learning rate of an update, both from 0. */
    double rateAt(long step, int innerEpoch) {
        int perStep = batch.innerEpochs();
        int total = Math.multiplyExact(steps, perStep);
        return optimizer.rate((int) step * perStep + innerEpoch, total);
    }

    /** Whether a longer run would have done the same so far. */
    public boolean independentOfLength() {
        return !scoring.ahead()
                && optimizer.schedule() == LearningRateSchedule.Shape.CONSTANT
                && regularisation.klSchedule() == KlSchedule.CONSTANT
                && regularisation.entropyBonus().kind() != EntropyBonus.Kind.LINEAR;
    }
}
