package org.kindred.policy.grpo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.ForwardPass;
import org.kindred.policy.objective.Divisors;
import org.kindred.policy.objective.LossStatistics;
import org.kindred.policy.objective.Objective;
import org.kindred.policy.run.StepClock;

/** From rows with advantages to new weights: loss, gradient, optimizer. */
final class PolicyUpdate {
    private final CausalLm policy;
    private final @Nullable CausalLm reference;
    private final TrainerOptions options;
    private final Objective objective;
    private long updates;

    /**
     * What an update did.
     *
     * @param metrics of the loss, averaged over inner epochs, {@code grad_norm} and {@code
     *     learning_rate}
     * @param batches with the entropies of their rows
     */
    record Result(Map<String, Double> metrics, List<MicroBatch> batches) {}

    PolicyUpdate(CausalLm policy, @Nullable CausalLm reference, TrainerOptions options) {
        this.policy = policy;
        this.reference = reference;
        this.options = options;
        this.objective = new Objective(options.objective());
    }

    /**
     * Updates the policy once per inner epoch; without rows in the loss the weights stay.
     *
     * @param step from 0
     * @param clock gets forward_backward_time and optimizer_time
     */
    Result run(List<TrainingRow> rows, long step, StepClock clock) {
        List<MicroBatch> batches = MicroBatch.of(rows, options.batch().microBatchRows());
        int tokens = batches.stream().mapToInt(batch -> batch.tokens().completionTokens()).sum();
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (tokens == 0) {
            return new Result(metrics, batches);
        }
        Divisors divisors = Divisors.of(rows.size(), tokens, options.sampling().maxNewTokens());
        int epochs = options.batch().innerEpochs();
        for (int epoch = 0; epoch < epochs; epoch++) {
            LossStatistics statistics = accumulateGradients(batches, divisors, step);
            clock.lap("forward_backward_time");
            double rate = options.rateAt(step, epoch);
            double norm = policy.step(rate, options.optimizer().adamw());
            updates++;
            clock.lap("optimizer_time");
            Map<String, Double> loss =
                    statistics.metrics(options.betaAt(step), options.entropyAt(step));
            loss.forEach((name, value) -> metrics.merge(name, value / epochs, Double::sum));
            metrics.merge("grad_norm", norm / epochs, Double::sum);
            metrics.put("learning_rate", rate);
        }
        return new Result(metrics, batches);
    }

    /** Optimizer updates so far. */
    long updates() {
        return updates;
    }

    private LossStatistics accumulateGradients(
            List<MicroBatch> batches, Divisors divisors, long step) {
        double temperature = options.sampling().temperature();
        double beta = options.betaAt(step);
        double entropyCoefficient = options.entropyAt(step);
        LossStatistics statistics = new LossStatistics(options.objective());
        for (MicroBatch batch : batches) {
            if (reference != null && beta != 0) {
                batch.setReference(reference.score(batch.tokens(), temperature));
            }
            try (ForwardPass pass = policy.forward(batch.tokens(), temperature)) {
                Objective.Gradient gradient =
                        objective.evaluate(
                                batch.objectiveInput(
                                        pass.scores(), policy.options().samplerDiffers()),
                                divisors,
                                beta,
                                entropyCoefficient,
                                statistics);
                float[][] dEntropy = entropyCoefficient == 0 ? null : floats(gradient.dEntropy());
                policy.backward(pass, floats(gradient.dLogProb()), dEntropy);
            }
        }
        return statistics;
    }

    private static float[][] floats(double[][] values) {
        float[][] floats = new float[values.length][];
        for (int i = 0; i < values.length; i++) {
            floats[i] = new float[values[i].length];
            for (int t = 0; t < values[i].length; t++) {
                floats[i][t] = (float) values[i][t];
            }
        }
        return floats;
    }
}
