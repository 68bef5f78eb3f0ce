package org.kindred.policy.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;
import org.kindred.policy.checkpoint.SafeTensors;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.tokenizer.ChatInput;
import org.kindred.policy.tokenizer.Tokenizer;

/** Converted folders against the folders that the files were made from. */
final class GgufConverterTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final EngineOptions CPU =
            EngineOptions.defaults().withDevice(EngineOptions.Device.CPU).withThreads(1);

    @TempDir Path scratch;

    private Path converted(GgufBuilder builder) {
        return converted(builder.write(scratch.resolve("model.gguf")), StorageType.F32);
    }

    private Path converted(Path file, StorageType type) {
        Path folder = scratch.resolve("folder");
        GgufConverter.convert(file, folder, type);
        return folder;
    }

    private static Path resource(String relative) {
        return HuggingFaceFixtures.resources().resolve(relative);
    }

    @Test
    void convert_llamaByTheReferenceWriter_sameModelAndGreedyTokens() throws Exception {
        Path original = resource("models/llama_gqa_tied");
        Path folder = converted(GgufFixtures.file("llama_gqa_tied.gguf"), StorageType.F32);

        assertSameModel(folder, original);
        JsonNode greedy = GgufBuilder.json(original.resolve("expected.json")).get("greedy");
        List<int[]> prompts = new ArrayList<>();
        greedy.get("prompts").forEach(p -> prompts.add(MAPPER.convertValue(p, int[].class)));
        try (CausalLm model = CausalLm.load(folder, CPU)) {
            var completions =
                    new Generator(model, new int[0], 0)
                            .generate(
                                    prompts,
                                    1,
                                    SamplingOptions.greedy(greedy.get("max_new_tokens").intValue()),
                                    SeedTree.root(1));
            for (int i = 0; i < prompts.size(); i++) {
                assertThat(completions.get(i).get(0).tokens())
                        .containsExactly(
                                MAPPER.convertValue(greedy.get("completions").get(i), int[].class));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3"})
    void convert_qwen_sameModel(String name) {
        Path original = resource("models/" + name);
        assertSameModel(converted(new GgufBuilder().model(original).characters()), original);
    }

    private static void assertSameModel(Path folder, Path original) {
        ModelConfig expected = ModelConfig.read(original.resolve(ModelConfig.FILE));
        assertThat(ModelConfig.read(folder.resolve(ModelConfig.FILE))).isEqualTo(expected);
        SafeTensors weights = SafeTensors.openFolder(folder);
        SafeTensors reference = SafeTensors.openFolder(original);
        weights.requireExactly(expected.tensors());
        for (TensorSpec spec : expected.tensors()) {
            assertThat(weights.float32(spec.name()))
                    .as(spec.name())
                    .isEqualTo(reference.float32(spec.name()));
        }
    }

    @Test
    void convert_divisorsOfLlama3_givenBackAsScaling() {
        Path original = resource("models/llama3_rope");
        ModelConfig expected = ModelConfig.read(original.resolve(ModelConfig.FILE));
        GgufBuilder builder = new GgufBuilder().model(original).characters();
        double[] scaled = expected.inverseFrequencies();
        float[] divisors = new float[scaled.length];
        for (int i = 0; i < divisors.length; i++) {
            double plain = Math.pow(expected.rope().theta(), -2.0 * i / expected.headDim());
            divisors[i] = (float) (plain / scaled[i]);
        }
        builder.floats("rope_freqs.weight", divisors, divisors.length);
        builder.put(
                "llama.rope.scaling.original_context_length",
                (int) expected.rope().llama3().originalMaxPositionEmbeddings());

        ModelConfig config = ModelConfig.read(converted(builder).resolve(ModelConfig.FILE));

        assertThat(config.rope()).isEqualTo(expected.rope());
    }

    @ParameterizedTest
    @CsvSource({"qwen2_like, qwen2", "llama3_like, llama-bpe", "smollm2_like, smollm"})
    void tokenizer_ofEachRule_sameIdsTextsAndChats(String name, String rule) {
        Path original = resource("tokenizers/" + name);
        JsonNode expected = GgufBuilder.json(original.resolve("expected.json"));
        GgufFile file =
                GgufFile.open(
                        new GgufBuilder()
                                .tokenizer(original, rule)
                                .write(scratch.resolve("tokens.gguf")));
        write(file);

        try (Tokenizer tokenizer = Tokenizer.load(scratch)) {
            for (JsonNode example : expected.get("encode_decode")) {
                String text = example.get("text").textValue();
                int[] ids = MAPPER.convertValue(example.get("ids"), int[].class);
                assertThat(tokenizer.encode(text, true)).as(text).isEqualTo(ids);
                assertThat(tokenizer.decode(ids, false))
                        .isEqualTo(example.get("decoded").textValue());
                assertThat(tokenizer.decode(ids, true))
                        .isEqualTo(example.get("decoded_skip_special").textValue());
            }
            for (JsonNode example : expected.get("chat")) {
                List<Map<String, Object>> messages =
                        MAPPER.convertValue(example.get("messages"), new TypeReference<>() {});
                ChatInput chat =
                        new ChatInput(
                                messages,
                                example.path("add_generation_prompt").asBoolean(),
                                Map.of());
                assertThat(tokenizer.render(chat)).isEqualTo(example.get("rendered").textValue());
                assertThat(tokenizer.chat(chat))
                        .isEqualTo(MAPPER.convertValue(example.get("ids"), int[].class));
            }
            JsonNode special = expected.get("special_ids");
            assertThat(tokenizer.specialTokens().eosId())
                    .isEqualTo(special.get("eos_token_id").intValue());
            assertThat(tokenizer.vocabularySize()).isEqualTo(expected.get("vocab_size").intValue());
        }
    }

    @Test
    void tokenizer_sentencePiece_idsOfItsOwnLibrary() {
        write(GgufFile.open(GgufFixtures.file("spm.gguf")));

        try (Tokenizer tokenizer = Tokenizer.load(scratch)) {
            for (JsonNode row : GgufBuilder.json(GgufFixtures.file("spm.json"))) {
                String text = row.get("text").textValue();
                int[] ids = MAPPER.convertValue(row.get("ids"), int[].class);
                assertThat(tokenizer.encode(text, false)).as(text).isEqualTo(ids);
                assertThat(tokenizer.decode(ids, false)).isEqualTo(row.get("decoded").textValue());
            }
            assertThat(tokenizer.encode("", true)).containsExactly(1); // begin of text
        }
    }

    private void write(GgufFile file) {
        new GgufTokenizer(file.metadata(), GgufTokens.read(file.metadata())).write(scratch, 2048);
    }

    /** Old files of chat models name the end of a text only, where turns end with another token. */
    @Test
    void tokenizer_turnEndInTheTemplate_endsCompletionsToo() {
        Path original = resource("tokenizers/qwen2_like");
        GgufBuilder builder = new GgufBuilder().tokenizer(original, "qwen2");
        builder.put("tokenizer.ggml.eos_token_id", 505); // <|endoftext|>
        write(GgufFile.open(builder.write(scratch.resolve("tokens.gguf"))));

        try (Tokenizer tokenizer = Tokenizer.load(scratch)) {
            assertThat(tokenizer.eosIds()).containsExactly(505, 507); // <|im_end|>
        }
    }

    @Test
    void convert_smallerFormats_roundedOrRefused() {
        Path original = resource("models/qwen2");
        GgufBuilder builder = new GgufBuilder().model(original).characters();
        Path file = builder.write(scratch.resolve("model.gguf"));

        for (StorageType type : List.of(StorageType.F16, StorageType.BF16)) {
            Path folder = converted(file, type);
            assertThat(ModelConfig.read(folder.resolve(ModelConfig.FILE)).storageType())
                    .isEqualTo(type);
            SafeTensors weights = SafeTensors.openFolder(folder);
            float value = weights.float32("model.norm.weight").getFloat(0);
            float exact = SafeTensors.openFolder(original).float32("model.norm.weight").getFloat(0);
            assertThat(value).isBetween(exact * (1 - 0x1p-8f), exact * (1 + 0x1p-8f));
        }

        int hidden = ModelConfig.read(original.resolve(ModelConfig.FILE)).hiddenSize();
        float[] large = new float[hidden];
        large[1] = -65520;
        builder.floats("output_norm.weight", large, hidden).write(file);
        assertThatThrownBy(() -> converted(file, StorageType.F16))
                .hasMessageContaining("output_norm.weight: value 1 is -65520.0")
                .hasMessageContaining("bfloat16");
    }

    @Test
    void folder_ofAFile_madeOnceAndRemoved() {
        Path original = resource("models/qwen2");
        Path file = new GgufBuilder().model(original).characters().write(scratch.resolve("m.gguf"));

        Path folder = ConvertedModels.folder(file);

        assertThat(ConvertedModels.folder(file)).isEqualTo(folder);
        assertThat(ConvertedModels.folder(original)).isEqualTo(original);
        assertSameModel(folder, original);
        ConvertedModels.removeAll();
        assertThat(folder.getParent()).doesNotExist();
    }
}
