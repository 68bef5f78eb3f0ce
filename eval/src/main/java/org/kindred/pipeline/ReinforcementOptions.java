package org.kindred.pipeline;

import java.util.List;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.advantage.AdvantageOptions;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.advantage.GroupWeight;
import org.kindred.policy.advantage.Whitening;
import org.kindred.policy.grpo.BatchOptions;
import org.kindred.policy.grpo.GroupSampling;
import org.kindred.policy.grpo.RegularisationOptions;
import org.kindred.policy.grpo.ScoringOptions;
import org.kindred.policy.grpo.TrainerOptions;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.objective.ObjectiveOptions;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.schedule.EntropyBonus;
import org.kindred.policy.schedule.KlSchedule;
import org.kindred.policy.schedule.OptimizerOptions;

/**
 * Reinforcement learning from the judge, the same for all estimators of a run: start, prompts,
 * seeds, budget, and the size of the advantages.
 *
 * @param estimators one policy is trained for each
 * @param advantageRms root mean square that the advantages of every step are scaled to, so that
 *     estimators are compared at one step size; 0 leaves them as they are
 * @param fluencyWeight weight of a second reward beside the judge's total: the mean log-probability
 *     of a completion's tokens under the SFT model. The judge reads style; without it, broken text
 *     would cost nothing
 * @param steps rollouts
 * @param scoring how judgements are asked for, and how many of a step may fail
 */
public record ReinforcementOptions(
        List<EstimatorKind> estimators,
        double advantageRms,
        double fluencyWeight,
        int steps,
        BatchOptions batch,
        OptimizerOptions optimizer,
        SamplingOptions sampling,
        ObjectiveOptions objective,
        RegularisationOptions regularisation,
        ScoringOptions scoring) {

    public ReinforcementOptions {
        estimators = List.copyOf(estimators);
        if (!(fluencyWeight >= 0) || Double.isInfinite(fluencyWeight)) {
            throw new IllegalArgumentException(
                    "fluency_weight = " + fluencyWeight + ": must be finite and 0 or more");
        }
        if (estimators.isEmpty() || estimators.stream().distinct().count() < estimators.size()) {
            throw new IllegalArgumentException(
                    "estimators = " + estimators + ": at least one, each once");
        }
    }

    public static ReinforcementOptions defaults() {
        return new ReinforcementOptions(
                List.of(EstimatorKind.GRPO, EstimatorKind.P_GRPO),
                1.0,
                4.0,
                60,
                new BatchOptions(8, 8, GroupSampling.NATURAL, 1, 32),
                new OptimizerOptions(
                        1e-4, LearningRateSchedule.Shape.LINEAR, 5, AdamWOptions.defaults()),
                new SamplingOptions(64, 0.8, 0, 1.0, 0.0, 1.0),
                ObjectiveOptions.defaults(),
                new RegularisationOptions(0.05, KlSchedule.CONSTANT, EntropyBonus.NONE),
                ScoringOptions.defaults());
    }

    /** The options of one arm; only the estimator differs between arms. */
    TrainerOptions forEstimator(EstimatorKind estimator, SeedTree seeds) {
        AdvantageOptions plain = AdvantageOptions.defaults(estimator);
        AdvantageOptions advantage =
                advantageRms > 0
                        ? plain.withSize(Whitening.NONE, GroupWeight.NONE, advantageRms)
                        : plain;
        return new TrainerOptions(
                steps,
                batch,
                optimizer.forUpdates(steps * batch.innerEpochs()),
                sampling,
                advantage,
                objective,
                regularisation,
                false,
                scoring,
                seeds.seed());
    }
}
