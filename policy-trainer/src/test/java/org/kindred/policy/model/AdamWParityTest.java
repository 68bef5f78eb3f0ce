package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;
import org.kindred.policy.checkpoint.TensorSpec;

/** AdamW against torch.optim.AdamW 2.13.0. */
final class AdamWParityTest {
    private static final Path MODELS = HuggingFaceFixtures.folders("models").get(0).getParent();
    private static final Path FOLDER = MODELS.resolveSibling("adamw");

    static List<Path> runs() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.getFileName().toString().startsWith("training_"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void update_sixNumbers_parametersOfEachStep() {
        ModelConfig config = ModelConfig.small(16, 8, 1, 2, 1, 16, 1, 0);
        WeightLayout layout =
                new WeightLayout(
                        List.of(
                                new WeightLayout.Weight(
                                        List.of(new TensorSpec("p", 1, 6)), false, 1)));
        try (NDManager manager = TorchEngine.open(HuggingFaceParityTest.OPTIONS)) {
            ScriptModule script =
                    new ScriptModule(
                            manager,
                            DecoderScript.CLASS_NAME,
                            DecoderScript.forModel(config, false, false, null),
                            1);
            for (JsonNode run : Rows.read(FOLDER.resolve("small_vector.json")).get("runs")) {
                NDArray parameter = row(manager, run.get("param_start"));
                AdamW optimizer = new AdamW(manager, layout);
                for (JsonNode step : run.get("steps")) {
                    optimizer.update(
                            script,
                            new NDList(parameter),
                            new NDList(row(manager, step.get("gradient"))),
                            run.get("lr").doubleValue(),
                            options(run, 0));
                    // Seven digits of numbers around 1.
                    Rows.assertFirst(parameter.toFloatArray(), step.get("param"), 6e-7);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void step_tenTimes_lossNormAndWeights(Path file) {
        JsonNode training = Rows.read(file);
        Path folder = MODELS.resolve(training.get("model").textValue());
        TokenBatch batch = Rows.labelled(training);
        double clip = training.get("max_grad_norm").doubleValue();
        AdamWOptions options = options(training.get("optimizer"), clip);
        for (JsonNode run : training.get("runs")) {
            if (run.get("weight_decay_on_norms_and_biases").booleanValue()) {
                continue; // not offered here
            }
            String shape = run.get("schedule").textValue().replaceAll("_.*", "");
            LearningRateSchedule schedule =
                    new LearningRateSchedule(
                            LearningRateSchedule.Shape.valueOf(shape.toUpperCase(Locale.ROOT)),
                            run.get("warmup_steps").intValue(),
                            run.get("total_steps").intValue());
            try (CausalLm model = CausalLm.load(folder, HuggingFaceParityTest.OPTIONS)) {
                for (JsonNode step : run.get("steps")) {
                    double rate =
                            training.get("optimizer").get("lr").doubleValue()
                                    * schedule.multiplier(step.get("step").intValue() - 1);
                    double loss = Rows.meanLoss(model, batch, true);
                    double norm = model.step(rate, options);
                    close(rate, step.get("lr"), 1e-6);
                    close(loss, step.get("loss_before"), 2e-5);
                    close(norm, step.get("grad_norm_before_clip"), 1e-3);
                }
                JsonNode norms = run.get("param_norms_after");
                Numbers.weights(model)
                        .forEach((name, w) -> close(Numbers.norm(w), norms.get(name), 2e-5));
            }
        }
    }

    @Test
    void step_givenGradients_weightsWithAndWithoutClipping() {
        Path file = FOLDER.resolve("given_grads.json");
        assumeTrue(Files.exists(file), "only among the full set of reference files");
        JsonNode given = Rows.read(file);
        for (JsonNode run : given.get("runs")) {
            double clip = run.get("max_grad_norm").doubleValue(); // null reads as 0
            Path folder = MODELS.resolve(given.get("model").textValue());
            try (CausalLm model = CausalLm.load(folder, HuggingFaceParityTest.OPTIONS)) {
                for (JsonNode step : run.get("steps")) {
                    Parameters parameters = model.parameters();
                    parameters.setGradients(gradients(parameters, given, step.get("step")));
                    double norm = model.step(given.get("lr").doubleValue(), options(given, clip));
                    close(norm, step.get("grad_norm_before_clip"), 1e-5);
                    checkParameters(Numbers.weights(model), step.get("params"));
                }
            }
        }
    }

    private static NDList gradients(Parameters parameters, JsonNode given, JsonNode step) {
        JsonNode constants = given.get("gradient_constants");
        double a = constants.get("a").doubleValue();
        double b = constants.get("b").doubleValue();
        double c = constants.get("c").doubleValue();
        double d = constants.get("d").doubleValue();
        NDManager manager = parameters.weights().get(0).getManager();
        NDList gradients = new NDList();
        for (WeightLayout.Weight weight : parameters.layout().weights()) {
            float[] values = new float[(int) weight.shape().size()];
            int at = 0;
            for (TensorSpec tensor : weight.parts()) {
                int k = 0;
                while (!given.get("parameter_order").get(k).textValue().equals(tensor.name())) {
                    k++;
                }
                for (int i = 0; i < tensor.shape().size(); i++) {
                    values[at++] = (float) (a * Math.sin(b * i + c * k + d * step.intValue()));
                }
            }
            gradients.add(manager.create(values, weight.shape()));
        }
        return gradients;
    }

    private static void checkParameters(Map<String, float[]> weights, JsonNode expected) {
        for (Map.Entry<String, float[]> weight : weights.entrySet()) {
            JsonNode reference = expected.get(weight.getKey());
            close(Numbers.norm(weight.getValue()), reference.get("norm"), 2e-6);
            Rows.assertFirst(weight.getValue(), reference.get("first_values"), 2e-6);
        }
    }

    private static NDArray row(NDManager manager, JsonNode values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i).floatValue();
        }
        return manager.create(array, new Shape(1, array.length));
    }

    private static AdamWOptions options(JsonNode node, double clip) {
        return new AdamWOptions(
                node.get("betas").get(0).doubleValue(),
                node.get("betas").get(1).doubleValue(),
                node.get("eps").doubleValue(),
                node.get("weight_decay").doubleValue(),
                clip);
    }

    private static void close(double actual, JsonNode expected, double relative) {
        double reference = expected.doubleValue();
        assertThat(actual).isCloseTo(reference, within(Math.abs(reference) * relative + 1e-12));
    }
}
