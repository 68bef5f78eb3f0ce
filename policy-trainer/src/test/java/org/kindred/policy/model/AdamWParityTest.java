package org.kindred.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.TensorSpec;

/** AdamW against torch.optim.AdamW 2.13.0 ({@code adamw/} of the reference files). */
final class AdamWParityTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("kindred.shared"), "fixtures", "hf", "adamw");

    @Test
    void update_sixNumbers_parametersAndMoments() {
        ModelConfig config = ModelConfig.small(16, 8, 1, 2, 1, 16, 1, 0);
        EngineOptions options = HuggingFaceParityTest.OPTIONS;
        try (CausalLm model = CausalLm.create(config, options, SeedTree.root(1));
                NDManager manager = TorchEngine.open(options);
                ScriptModule script =
                        new ScriptModule(
                                manager,
                                DecoderScript.CLASS_NAME,
                                DecoderScript.forModel(model.config(), false, false, null),
                                1)) {
            for (JsonNode run : Rows.read(FOLDER.resolve("small_vector.json")).get("runs")) {
                NDArray parameter = manager.create(floats(run.get("param_start")), new Shape(1, 6));
                WeightLayout layout =
                        new WeightLayout(
                                List.of(
                                        new WeightLayout.Weight(
                                                List.of(new TensorSpec("p", 1, 6)), false, 1)));
                AdamW optimizer = new AdamW(manager, layout);
                AdamWOptions knobs =
                        new AdamWOptions(
                                run.get("betas").get(0).doubleValue(),
                                run.get("betas").get(1).doubleValue(),
                                run.get("eps").doubleValue(),
                                run.get("weight_decay").doubleValue(),
                                0);
                for (JsonNode step : run.get("steps")) {
                    NDArray gradient =
                            manager.create(floats(step.get("gradient")), new Shape(1, 6));
                    optimizer.update(
                            script,
                            new NDList(parameter),
                            new NDList(gradient),
                            run.get("lr").doubleValue(),
                            knobs);
                    Rows.assertFirst(parameter.toFloatArray(), step.get("param"), 1e-6);
                }
            }
        }
    }

    private static float[] floats(JsonNode values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i).floatValue();
        }
        return array;
    }
}
