package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;
import org.kindred.policy.checkpoint.SafeTensors;

/** Adapters that PEFT wrote: outputs, gradients, one step, merged weights. */
final class LoraParityTest {
    @TempDir Path scratch;

    static List<Path> adapters() {
        return HuggingFaceFixtures.folders("lora");
    }

    private static void withAdapter(Path folder, int kept, Consumer<CausalLm> check) {
        JsonNode config = Rows.read(folder.resolve("adapter_config.json"));
        Path base = folder.resolve(config.get("base_model_name_or_path").textValue()).normalize();
        EngineOptions options = HuggingFaceParityTest.OPTIONS.withKeptLayers(kept);
        try (CausalLm model = CausalLm.load(base, options)) {
            model.loadAdapter(folder);
            check.accept(model);
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void logits_withAdapter_asPeft(Path folder) {
        JsonNode expected = Rows.read(folder.resolve("expected.json"));
        withAdapter(
                folder,
                0,
                model -> {
                    for (JsonNode block : expected.get("forward")) {
                        for (int row = 0; row < block.get("input_ids").size(); row++) {
                            HuggingFaceParityTest.checkRow(model, block, row);
                        }
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void score_adapterOnAndOff_asPeft(Path folder) {
        JsonNode expected = Rows.read(folder.resolve("expected.json")).get("completion_logprobs");
        TokenBatch batch = Rows.completions(expected);
        withAdapter(
                folder,
                0,
                model -> {
                    for (JsonNode at : expected.get("by_temperature")) {
                        double temperature = at.get("temperature").doubleValue();
                        TokenScores on = model.score(batch, temperature);
                        TokenScores off = model.scoreBase(batch, temperature);
                        for (int row = 0; row < batch.rows(); row++) {
                            Rows.assertAll(
                                    on.logProbs()[row], at.get("token_logprobs").get(row), 1e-4);
                            Rows.assertAll(
                                    off.logProbs()[row],
                                    at.get("token_logprobs_adapter_off").get(row),
                                    1e-4);
                        }
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void step_fromMeanLoss_gradientsAndAdapterAsPeft(Path folder) {
        JsonNode expected = Rows.read(folder.resolve("expected.json"));
        JsonNode after = expected.get("adamw_step");
        TokenBatch batch = Rows.labelled(expected);
        for (int kept : new int[] {0, 1, 9}) {
            withAdapter(
                    folder,
                    kept,
                    model -> {
                        double loss = Rows.meanLoss(model, batch, true);
                        assertThat(loss)
                                .isCloseTo(expected.get("loss").doubleValue(), within(1e-4));
                        HuggingFaceParityTest.checkGradients(Numbers.gradients(model), expected);

                        double norm = model.step(1e-3, new AdamWOptions(0.9, 0.999, 1e-8, 0, 0));

                        double reference = expected.get("grad_norm").doubleValue();
                        assertThat(norm)
                                .isCloseTo(
                                        reference, HuggingFaceParityTest.relative(reference, 1e-4));
                        assertThat(Rows.meanLoss(model, batch, false))
                                .isCloseTo(after.get("loss_after").doubleValue(), within(1e-4));
                        for (Map.Entry<String, float[]> tensor :
                                Numbers.weights(model).entrySet()) {
                            Rows.assertFirst(
                                    tensor.getValue(),
                                    after.get("param_first_values_after").get(tensor.getKey()),
                                    2e-6);
                        }
                    });
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void save_merged_weightsAsPeft(Path folder) {
        JsonNode expected = Rows.read(folder.resolve("expected.json"));
        TokenBatch batch = Rows.labelled(expected);
        withAdapter(
                folder,
                0,
                model -> {
                    model.save(scratch);
                    model.mergeAdapter();
                    Map<String, float[]> merged = Numbers.weights(model);
                    SafeTensors saved = SafeTensors.openFolder(scratch);
                    JsonNode weights = expected.get("merged_weights");
                    for (Map.Entry<String, float[]> weight : merged.entrySet()) {
                        float[] stored = new float[weight.getValue().length];
                        saved.float32(weight.getKey()).asFloatBuffer().get(stored);
                        assertThat(stored).containsExactly(weight.getValue());
                        JsonNode reference = weights.path(weight.getKey());
                        Rows.assertFirst(stored, reference.path("first_values"), 2e-6);
                        if (!reference.isMissingNode()) {
                            double norm = reference.get("frobenius_norm").doubleValue();
                            assertThat(Numbers.norm(stored))
                                    .isCloseTo(norm, HuggingFaceParityTest.relative(norm, 2e-6));
                        }
                    }
                    assertThat(Rows.meanLoss(model, batch, true))
                            .isCloseTo(expected.get("loss").doubleValue(), within(1e-4));
                });
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void saveAdapter_loadedAgain_sameNumbersAndOptions(Path folder) {
        withAdapter(
                folder,
                0,
                model -> {
                    Map<String, float[]> before = Numbers.weights(model);
                    LoraOptions options = model.parameters().adapter().options();
                    model.saveAdapter(scratch, "base");
                    model.loadAdapter(scratch);
                    Map<String, float[]> after = Numbers.weights(model);
                    assertThat(after.keySet()).isEqualTo(before.keySet());
                    after.forEach(
                            (name, values) -> assertThat(values).containsExactly(before.get(name)));
                    assertThat(model.parameters().adapter().options()).isEqualTo(options);
                });
    }
}
