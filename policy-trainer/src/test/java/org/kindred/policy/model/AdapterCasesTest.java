package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;
import org.kindred.policy.checkpoint.SafeTensors;
import org.kindred.policy.checkpoint.SafeTensorsWriter;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Checkpoints and adapters in the ways that people save them. Greedy tokens are those of
 * transformers 5.18 and PEFT 0.21.2.
 */
final class AdapterCasesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path CASES = HuggingFaceFixtures.resources().resolve("adapters");
    private static final Path BASE = CASES.resolve("base");
    private static final int[] OWN_HEAD = {465, 215, 298, 65, 49, 270, 457, 299};
    private static final int[] TEXT = {40, 69, 76, 76, 79, 0, 87};

    @TempDir Path scratch;

    private static int[] greedy(Path folder) {
        return greedy(folder, 2);
    }

    private static int[] greedy(Path folder, int padId) {
        try (Tokenizer tokenizer = Tokenizer.load(BASE);
                CausalLm model = CausalLm.load(folder, HuggingFaceParityTest.OPTIONS)) {
            return new Generator(model, new int[] {tokenizer.eosIds().get(0)}, padId)
                    .generate(
                            List.of(tokenizer.encode("Hello world", true)),
                            1,
                            SamplingOptions.greedy(8),
                            SeedTree.root(1))
                    .get(0)
                    .get(0)
                    .tokens();
        }
    }

    private static float[] logits(Path folder) {
        try (CausalLm model = CausalLm.load(folder, HuggingFaceParityTest.OPTIONS)) {
            return model.logits(TEXT);
        }
    }

    @Test
    void targets_byDottedEnding_asPeft() {
        assertThat(greedy(CASES.resolve("dotted_targets")))
                .containsExactly(211, 168, 443, 391, 334, 307, 431, 2);
    }

    @Test
    void targets_byRegularExpression_asPeft() {
        assertThat(greedy(CASES.resolve("regex_targets")))
                .containsExactly(482, 64, 315, 315, 334, 176, 409, 417);
    }

    /** OLoRA begins by taking a part out of the base: with the plain base it is another model. */
    @ParameterizedTest
    @CsvSource({"olora", "OLoRA", "pissa", "pissa_niter_16", "corda", "loftq", "lora_ga", "mica"})
    void start_thatChangesTheBase_refusedByName(String start) throws IOException {
        Path adapter = adapter("olora", json -> json.put("init_lora_weights", start));
        assertThatThrownBy(() -> logits(adapter))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("init_lora_weights")
                .hasMessageContaining(start)
                .hasMessageContaining("adapter_config.json");
    }

    @ParameterizedTest
    @CsvSource({"true", "false", "\"gaussian\"", "\"orthogonal\"", "\"eva\"", "null"})
    void start_thatTheFileReplaces_same(String start) throws IOException {
        JsonNode value = MAPPER.readTree(start);
        Path adapter = adapter("dotted_targets", json -> json.set("init_lora_weights", value));
        assertThat(logits(adapter)).isEqualTo(logits(CASES.resolve("dotted_targets")));
    }

    /** What says the same in other words. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "target_modules ; [\"q_proj\", \"up_proj\"]",
                "target_modules ; [\"model.layers.0.mlp.up_proj\", \"layers.1.mlp.up_proj\", \"q_proj\"]",
                "target_modules ; \".*\\\\.(q|up)_proj\"",
                "target_modules ; \"model\\\\.layers\\\\.\\\\d+\\\\.(?P<part>mlp|self_attn)\\\\.(up_proj|q_proj)\"",
                "layers_to_transform ; [0, 1]",
                "exclude_modules ; [\"k_proj\", \"lm_head\"]",
                "exclude_modules ; \".*norm.*\"",
                "rank_pattern ; {\"q_proj\": 4, \"mlp.up_proj\": 4}",
                "alpha_pattern ; {\"^model.layers.0.*\": 8}",
                "fan_in_fan_out ; true",
                "lora_dropout ; 0.5",
                "bias ; \"none\"",
                "eva_config ; {\"rho\": 2.0}",
            })
    void config_inOtherWords_same(String field, String value) throws IOException {
        JsonNode node = MAPPER.readTree(value);
        Path adapter = adapter("dotted_targets", json -> json.set(field, node));
        assertThat(logits(adapter)).isEqualTo(logits(CASES.resolve("dotted_targets")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "use_dora | true",
                "bias | \"all\"",
                "bias | \"lora_only\"",
                "lora_bias | true",
                "modules_to_save | [\"lm_head\"]",
                "layer_replication | [[0, 1]]",
                "trainable_token_indices | [1]",
                "target_parameters | [\"x\"]",
                "use_qalora | true",
                "alora_invocation_tokens | [1]",
                "peft_type | \"IA3\"",
                "target_modules | [\"lm_head\", \"q_proj\"]",
                "target_modules | [\"embed_tokens\"]",
                "target_modules | \".*self_attn.*\"",
                "target_modules | [\"nowhere\"]",
                "target_modules | []",
                "target_modules | null",
                "target_modules | \"(\"",
                "target_modules | \"(([a-z._0-9])*)*!\"",
                "layers_to_transform | [7]",
                "layers_to_transform | \"all\"",
                "rank_pattern | {\"q_proj\": 0}",
                "rank_pattern | {\"q_proj\": \"x\"}",
                "r | 0",
            })
    void config_unsupported_refusedByName(String field, String value) throws IOException {
        JsonNode node = MAPPER.readTree(value);
        Path adapter = adapter("dotted_targets", json -> json.set(field, node));
        assertThatThrownBy(() -> logits(adapter))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("adapter_config.json")
                .hasMessageContaining(field.equals("r") ? "r: " : field);
    }

    @Test
    void layersToTransform_oneLayer_asWithoutTheOther() throws IOException {
        Map<String, float[]> tensors = tensors();
        Path zeroed =
                adapter(
                        "dotted_targets",
                        json -> {},
                        change(
                                tensors,
                                name -> name.contains("layers.0") && name.contains("lora_B"),
                                0));
        Map<String, float[]> some = new LinkedHashMap<>(tensors);
        some.keySet().removeIf(name -> name.contains("layers.0"));
        for (String pattern : List.of("null", "\"layers\"", "[\"layers\"]", "[]")) {
            JsonNode layersPattern = MAPPER.readTree(pattern);
            Path one =
                    adapter(
                            "dotted_targets",
                            json -> {
                                json.putArray("layers_to_transform").add(1);
                                json.set("layers_pattern", layersPattern);
                            },
                            some);
            assertThat(logits(one)).isEqualTo(logits(zeroed));
        }
        Path asNumber = adapter("dotted_targets", json -> json.put("layers_to_transform", 1), some);
        assertThat(logits(asNumber)).isEqualTo(logits(zeroed));
    }

    /** Half the rank at the same alpha has twice the scaling. */
    @Test
    void rankPattern_smallerRank_asZerosAndScaled() throws IOException {
        Map<String, float[]> tensors = tensors();
        Map<String, float[]> half = new LinkedHashMap<>();
        Map<String, float[]> padded = new LinkedHashMap<>();
        tensors.forEach(
                (name, values) -> {
                    boolean query = name.contains("q_proj");
                    boolean isA = name.contains("lora_A");
                    half.put(name, query ? halfRank(values, isA) : values);
                    padded.put(name, query ? doubledHalf(values, isA) : values);
                });
        Path patterned =
                adapter(
                        "dotted_targets",
                        json -> json.putObject("rank_pattern").put("q_proj", 2),
                        half);
        float[] expected = logits(adapter("dotted_targets", json -> {}, padded));
        assertThat(logits(patterned)).isEqualTo(expected);

        // Saved, it is a plain adapter of the same function.
        try (CausalLm model = CausalLm.load(patterned, HuggingFaceParityTest.OPTIONS)) {
            Path saved = Files.createDirectory(scratch.resolve("saved"));
            model.saveTrained(saved);
            assertThat(logits(saved)).isEqualTo(expected);
        }
    }

    /** [4, in] to [2, in], or [out, 4] to [out, 2]. */
    private static float[] halfRank(float[] values, boolean isA) {
        float[] half = new float[values.length / 2];
        for (int i = 0; i < half.length; i++) {
            half[i] = isA ? values[i] : values[i / 2 * 4 + i % 2];
        }
        return half;
    }

    /** The same in the old shape: zeros, and twice B. */
    private static float[] doubledHalf(float[] values, boolean isA) {
        float[] padded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            boolean kept = isA ? i < values.length / 2 : i % 4 < 2;
            padded[i] = !kept ? 0 : isA ? values[i] : 2 * values[i];
        }
        return padded;
    }

    @Test
    void alphaPattern_twice_asDoubledB() throws IOException {
        Map<String, float[]> tensors = tensors();
        Path patterned =
                adapter(
                        "dotted_targets",
                        json -> json.putObject("alpha_pattern").put("up_proj", 16));
        Path doubled =
                adapter(
                        "dotted_targets",
                        json -> {},
                        change(tensors, name -> name.contains("up_proj.lora_B"), 2));
        assertThat(logits(patterned)).isEqualTo(logits(doubled));
    }

    @Test
    void tiedHead_withItsCopyInTheFile_asWithout() throws IOException {
        Path without = model(json -> json.put("tie_word_embeddings", true), "none");
        Path with = model(json -> json.put("tie_word_embeddings", true), "copy");
        assertThat(logits(with)).isEqualTo(logits(without)).isNotEqualTo(logits(BASE));
        try (CausalLm model = CausalLm.load(with, HuggingFaceParityTest.OPTIONS)) {
            assertThat(model.notes()).isEmpty();
        }
    }

    @Test
    void tiedHead_thatDiffers_isUsedWithANote_andSavedUntied() throws IOException {
        Path folder = model(json -> json.put("tie_word_embeddings", true), "own");
        assertThat(greedy(folder)).containsExactly(OWN_HEAD);
        Path saved = Files.createDirectory(scratch.resolve("saved"));
        try (CausalLm model = CausalLm.load(folder, HuggingFaceParityTest.OPTIONS)) {
            assertThat(model.notes().get(0))
                    .contains("tie_word_embeddings is true")
                    .contains("lm_head.weight that differs");
            model.save(saved);
        }
        assertThat(greedy(saved)).containsExactly(OWN_HEAD);
        assertThat(tree(saved.resolve("config.json")).get("tie_word_embeddings").booleanValue())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rope_parameters | {\"rope_theta\": 10000.0}",
                "rope_parameters | {}",
                "rope_parameters | null",
                "rope_scaling | {}",
                "rope_scaling | {\"type\": \"default\"}",
                "rope_scaling | {\"rope_type\": null, \"rope_theta\": 10000.0}",
            })
    void rope_withoutType_isPlain(String field, String value) throws IOException {
        JsonNode node = MAPPER.readTree(value);
        Path folder =
                model(
                        json -> {
                            json.remove("rope_parameters");
                            json.set(field, node);
                        },
                        "own");
        assertThat(greedy(folder)).containsExactly(OWN_HEAD);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"factor\": 2.0}",
                "{\"rope_type\": \"linear\", \"factor\": 2.0}",
                "{\"type\": \"yarn\", \"factor\": 2.0}",
            })
    void rope_scaledOtherwise_refusedByName(String value) throws IOException {
        JsonNode node = MAPPER.readTree(value);
        Path folder = model(json -> json.set("rope_parameters", node), "own");
        assertThatThrownBy(() -> logits(folder))
                .hasMessageContaining("rope_parameters")
                .hasMessageContaining("type");
    }

    /** Padding fills rows after their end; its number must not reach the embedding. */
    @Test
    void padding_beyondTheEmbedding_isNeverRead() {
        int eos = OWN_HEAD[2];
        try (CausalLm model = CausalLm.load(BASE, HuggingFaceParityTest.OPTIONS)) {
            List<int[]> prompts = List.of(TEXT, new int[] {3, 4}, new int[] {5});
            assertThat(tokens(model, prompts, eos, 512)).isEqualTo(tokens(model, prompts, eos, 0));
        }
        assertThat(greedy(BASE, 100_000)).containsExactly(OWN_HEAD);
    }

    private static List<List<Integer>> tokens(
            CausalLm model, List<int[]> prompts, int eos, int pad) {
        return new Generator(model, new int[] {eos}, pad)
                        .generate(
                                prompts,
                                2,
                                new SamplingOptions(20, 1, 0, 1, 0, 1),
                                SeedTree.root(1))
                        .stream()
                        .flatMap(Collection::stream)
                        .map(c -> Arrays.stream(c.tokens()).boxed().toList())
                        .toList();
    }

    private Path adapter(String name, Consumer<ObjectNode> change) throws IOException {
        return adapter(name, change, null);
    }

    /** A copy of an adapter with a changed configuration, and other tensors unless null. */
    private Path adapter(String name, Consumer<ObjectNode> change, Map<String, float[]> tensors)
            throws IOException {
        Path folder = Files.createTempDirectory(scratch, "adapter");
        ObjectNode json = tree(CASES.resolve(name).resolve("adapter_config.json"));
        json.put("base_model_name_or_path", BASE.toString());
        change.accept(json);
        MAPPER.writeValue(folder.resolve("adapter_config.json").toFile(), json);
        Path weights = folder.resolve("adapter_model.safetensors");
        if (tensors == null) {
            Files.copy(CASES.resolve(name).resolve("adapter_model.safetensors"), weights);
        } else {
            write(weights, tensors);
        }
        return folder;
    }

    private static Map<String, float[]> tensors() {
        return read(
                SafeTensors.openFile(
                        CASES.resolve("dotted_targets").resolve("adapter_model.safetensors")));
    }

    private static Map<String, float[]> read(SafeTensors stored) {
        Map<String, float[]> tensors = new LinkedHashMap<>();
        for (String name : stored.names()) {
            FloatBuffer values = stored.float32(name).asFloatBuffer();
            float[] copy = new float[values.remaining()];
            values.get(copy);
            tensors.put(name, copy);
        }
        return tensors;
    }

    private static Map<String, float[]> change(
            Map<String, float[]> tensors, Predicate<String> which, float factor) {
        Map<String, float[]> changed = new LinkedHashMap<>(tensors);
        changed.replaceAll(
                (name, values) -> {
                    if (!which.test(name)) {
                        return values;
                    }
                    float[] scaled = values.clone();
                    for (int i = 0; i < scaled.length; i++) {
                        scaled[i] *= factor;
                    }
                    return scaled;
                });
        return changed;
    }

    /** Adapter tensors with 32 inputs, or as many as their module's outputs; models likewise. */
    private static void write(Path file, Map<String, float[]> tensors) {
        SafeTensors shapes =
                SafeTensors.openFile(
                        CASES.resolve("dotted_targets").resolve("adapter_model.safetensors"));
        List<TensorSpec> specs =
                tensors.entrySet().stream()
                        .map(
                                entry -> {
                                    long[] shape = shapes.shape(entry.getKey()).getShape();
                                    int rank = entry.getKey().contains("lora_A") ? 0 : 1;
                                    shape[rank] = entry.getValue().length / shape[1 - rank];
                                    return new TensorSpec(entry.getKey(), shape);
                                })
                        .toList();
        SafeTensorsWriter.write(
                file, StorageType.F32, specs, spec -> FloatBuffer.wrap(tensors.get(spec.name())));
    }

    /**
     * The base model with another configuration.
     *
     * @param head its output layer: none, a copy of the embedding, or its own
     */
    private Path model(Consumer<ObjectNode> change, String head) throws IOException {
        Path folder = Files.createTempDirectory(scratch, "model");
        ObjectNode json = tree(BASE.resolve("config.json"));
        change.accept(json);
        MAPPER.writeValue(folder.resolve("config.json").toFile(), json);
        SafeTensors stored = SafeTensors.openFolder(BASE);
        Map<String, float[]> tensors = read(stored);
        if (head.equals("none")) {
            tensors.remove("lm_head.weight");
        } else if (head.equals("copy")) {
            tensors.put("lm_head.weight", tensors.get("model.embed_tokens.weight"));
        }
        SafeTensorsWriter.write(
                folder.resolve("model.safetensors"),
                StorageType.F32,
                tensors.keySet().stream()
                        .map(name -> new TensorSpec(name, stored.shape(name).getShape()))
                        .toList(),
                spec -> FloatBuffer.wrap(tensors.get(spec.name())));
        return folder;
    }

    private static ObjectNode tree(Path file) throws IOException {
        return (ObjectNode) MAPPER.readTree(file.toFile());
    }
}
