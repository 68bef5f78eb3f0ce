package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.kindred.options.Spelling;
import org.kindred.policy.Fixtures;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.advantage.AdvantageNormaliser;
import org.kindred.policy.advantage.AdvantageOptions;
import org.kindred.policy.advantage.EstimatorKind;
import org.kindred.policy.advantage.PromptScores;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.ForwardPass;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.objective.Divisors;
import org.kindred.policy.objective.ImportanceLevel;
import org.kindred.policy.objective.LossStatistics;
import org.kindred.policy.objective.LossType;
import org.kindred.policy.objective.Objective;
import org.kindred.policy.objective.ObjectiveOptions;
import org.kindred.policy.objective.TokenRows;

/**
 * Whole runs of TRL 1.13.0's GRPOTrainer, replayed with its completions: advantages, losses,
 * gradient norms and learning rates of every step, and the model at the end.
 */
final class TraceReplay {

    private TraceReplay() {}

    /** Replays one recorded run. */
    static void replay(JsonNode trace) {
        Path folder = Fixtures.model(trace.get("model").asText());
        try (CausalLm policy = CausalLm.load(folder, TinyPolicy.ENGINE);
                CausalLm reference = policy.frozenCopy()) {
            Replay replay = new Replay(trace, policy, reference);
            trace.get("micro_steps").forEach(replay::microStep);
            replay.checkEnd();
        }
    }

    /** One run in progress. */
    private static final class Replay {
        private final JsonNode trace;
        private final JsonNode config;
        private final CausalLm policy;
        private final CausalLm reference;
        private final Objective objective;
        private final List<double[]> advantages = new ArrayList<>();
        private int microSteps;
        private double loss;

        Replay(JsonNode trace, CausalLm policy, CausalLm reference) {
            this.trace = trace;
            this.policy = policy;
            this.reference = reference;
            config = trace.get("config");
            JsonNode high = config.get("epsilon_high");
            objective =
                    new Objective(
                            new ObjectiveOptions(
                                    Spelling.parse(
                                            LossType.class,
                                            "value",
                                            config.get("loss_type").asText()),
                                    Spelling.parse(
                                            ImportanceLevel.class,
                                            "value",
                                            config.get("importance_sampling_level").asText()),
                                    config.get("epsilon").asDouble(),
                                    high.isNull() ? null : Double.valueOf(high.asDouble()),
                                    null,
                                    config.get("use_bias_correction_kl").asBoolean(),
                                    1,
                                    null,
                                    2));
            trace.get("generations").forEach(generation -> advantages.add(advantages(generation)));
        }

        private double[] advantages(JsonNode generation) {
            int size = config.get("num_generations").asInt();
            List<double[]> functions = new ArrayList<>();
            generation.get("rewards").forEach(rewards -> functions.add(Fixtures.doubles(rewards)));
            List<PromptScores> step = new ArrayList<>();
            for (int first = 0; first < functions.get(0).length; first += size) {
                int from = first;
                double[][] scores =
                        functions.stream()
                                .map(f -> Arrays.copyOfRange(f, from, from + size))
                                .toArray(double[][]::new);
                step.add(new PromptScores("row " + first, "all", null, scores));
            }
            double[] weights = new double[functions.size()];
            Arrays.fill(weights, 1);
            EstimatorKind kind =
                    switch (config.get("scale_rewards").asText()) {
                        case "group" -> EstimatorKind.GRPO;
                        case "batch" -> EstimatorKind.LITE_PPO;
                        default -> EstimatorKind.DR_GRPO;
                    };
            AdvantageNormaliser normaliser =
                    new AdvantageNormaliser(
                            AdvantageOptions.trl(kind),
                            config.get("reward_weights").isNull()
                                    ? weights
                                    : Fixtures.doubles(config.get("reward_weights")),
                            Map.of("all", 1.0),
                            null);
            double[] values =
                    Arrays.stream(normaliser.normalise(step).values())
                            .flatMapToDouble(Arrays::stream)
                            .toArray();
            assertThat(values)
                    .containsExactly(Fixtures.doubles(generation.get("advantages")), within(1e-6));
            return values;
        }

        void microStep(JsonNode micro) {
            int index = micro.get("generation").asInt();
            JsonNode generation = trace.get("generations").get(index);
            int[] rows = Fixtures.ints(micro.get("rows"));
            int[][] prompts = new int[rows.length][];
            int[][] completions = new int[rows.length][];
            double[] rowAdvantages = new double[rows.length];
            boolean[][] mask = new boolean[rows.length][];
            for (int i = 0; i < rows.length; i++) {
                prompts[i] = Fixtures.ints(generation.get("prompts").get(rows[i]));
                completions[i] = Fixtures.ints(generation.get("completions").get(rows[i]));
                rowAdvantages[i] = advantages.get(index)[rows[i]];
                mask[i] = new boolean[completions[i].length];
                Arrays.fill(mask[i], micro.get("completion_mask_sums").get(i).asInt() > 0);
            }
            TokenBatch batch = new TokenBatch(prompts, completions);
            double temperature = config.get("temperature").asDouble();
            double beta = config.get("beta").asDouble();
            LossStatistics statistics = new LossStatistics(objective.options());
            try (ForwardPass pass = policy.forward(batch, temperature)) {
                TokenRows input =
                        new TokenRows(
                                doubles(pass.scores().logProbs()),
                                old(micro, mask),
                                doubles(reference.score(batch, temperature).logProbs()),
                                null,
                                doubles(pass.scores().entropies()),
                                rowAdvantages,
                                mask);
                Objective.Gradient gradient =
                        objective.evaluate(input, divisors(generation, input), beta, 0, statistics);
                policy.backward(pass, floats(gradient.dLogProb()), null);
            }
            double expected = micro.get("loss").asDouble();
            assertThat(statistics.loss())
                    .as("loss of micro step %d", microSteps)
                    .isCloseTo(expected, within(1e-5 + 1e-4 * Math.abs(expected)));
            loss += statistics.loss();
            microSteps++;
            if (microSteps % config.get("gradient_accumulation_steps").asInt() == 0) {
                optimizerStep();
            }
        }

        private Divisors divisors(JsonNode generation, TokenRows input) {
            double parts = config.get("gradient_accumulation_steps").asDouble();
            double items =
                    generation.get("num_items_in_batch").asDouble()
                            * parts
                            / config.get("steps_per_generation").asDouble();
            return new Divisors(
                    input.size() * parts,
                    input.tokens() * parts,
                    items,
                    config.get("max_completion_length").asDouble());
        }

        /** Recorded for real tokens only; rows that are masked have none. */
        private static double[][] old(JsonNode micro, boolean[][] mask) {
            double[][] old = new double[mask.length][];
            for (int i = 0; i < mask.length; i++) {
                double[] recorded = Fixtures.doubles(micro.get("old_per_token_logps").get(i));
                old[i] = Arrays.copyOf(recorded, mask[i].length);
            }
            return old;
        }

        private void optimizerStep() {
            int step = microSteps / config.get("gradient_accumulation_steps").asInt() - 1;
            JsonNode logs = trace.get("optimizer_steps").get(step).get("logs");
            LearningRateSchedule schedule =
                    new LearningRateSchedule(
                            Spelling.parse(
                                    LearningRateSchedule.Shape.class,
                                    "value",
                                    config.get("lr_scheduler_type").asText()),
                            config.get("warmup_steps").asInt(),
                            config.get("max_steps").asInt());
            double rate = config.get("learning_rate").asDouble() * schedule.multiplier(step);
            assertThat(rate).isCloseTo(logs.get("learning_rate").asDouble(), within(1e-9));
            double norm =
                    policy.step(
                            rate,
                            new AdamWOptions(
                                    config.get("adam_beta1").asDouble(),
                                    config.get("adam_beta2").asDouble(),
                                    config.get("adam_epsilon").asDouble(),
                                    config.get("weight_decay").asDouble(),
                                    config.get("max_grad_norm").asDouble()));
            double expectedNorm = logs.get("grad_norm").asDouble();
            assertThat(norm)
                    .as("gradient norm of step %d", step)
                    .isCloseTo(expectedNorm, within(1e-3 * expectedNorm));
            double expected = logs.get("loss").asDouble();
            assertThat(loss).isCloseTo(expected, within(1e-5 + 1e-4 * Math.abs(expected)));
            loss = 0;
        }

        /** Log-probabilities of next tokens differ by what the recorded logits differ by. */
        void checkEnd() {
            JsonNode end = trace.get("after_training");
            double[] logits = Fixtures.doubles(end.get("logits_last_position"));
            int[] probe = Fixtures.ints(end.get("probe_input_ids"));
            double sum = Arrays.stream(logits).map(Math::exp).sum();
            for (int token = 0; token < logits.length; token += 17) {
                TokenBatch batch = new TokenBatch(new int[][] {probe}, new int[][] {{token}});
                assertThat((double) policy.score(batch, 1).logProbs()[0][0])
                        .isCloseTo(logits[token] - Math.log(sum), within(1e-4));
            }
        }

        private static double[][] doubles(float[][] values) {
            double[][] doubles = new double[values.length][];
            for (int i = 0; i < values.length; i++) {
                doubles[i] = new double[values[i].length];
                for (int t = 0; t < values[i].length; t++) {
                    doubles[i][t] = values[i][t];
                }
            }
            return doubles;
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
}
