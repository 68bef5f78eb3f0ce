package org.kindred.policy.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.checkpoint.TensorSpec;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.tokenizer.ChatInput;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * SmolLM2-135M-Instruct in Q4_1 against what transformers 5.18 makes of the same file: {@code
 * models/} beside the repository, skipped where it is not. Tolerances: tensors 1e-6, logits 2e-3,
 * ids exact.
 */
final class RealGgufTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path MODELS =
            Path.of(System.getProperty("kindred.shared", "")).resolve("models");
    private static final Path FILE = MODELS.resolve("SmolLM2-135M-Instruct.Q4_1.gguf");

    @TempDir static Path scratch;
    private static JsonNode expected;

    @BeforeAll
    static void requireFile() {
        assumeTrue(Files.exists(FILE), "needs " + FILE);
        expected =
                GgufBuilder.json(MODELS.resolve("smollm2-135m-instruct-reference/expected.json"));
    }

    @Test
    void values_sixTensors_asTransformers() {
        GgufFile file = GgufFile.open(FILE);
        GgufModel model = new GgufModel(file, GgufTokens.read(file.metadata()));
        ModelConfig config = model.config(StorageType.F32);
        model.requireExactly(config);
        for (TensorSpec spec : config.tensors()) {
            JsonNode numbers = expected.get("tensors").get(spec.name());
            if (numbers == null) {
                continue;
            }
            FloatBuffer values = model.values(spec, config);
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < values.limit(); i++) {
                sum += values.get(i);
                squares += (double) values.get(i) * values.get(i);
            }
            assertThat(sum).as(spec.name()).isCloseTo(numbers.get("sum").asDouble(), within(1e-6));
            double reference = numbers.get("sum_of_squares").asDouble();
            assertThat(squares).as(spec.name()).isCloseTo(reference, within(1e-6 * reference));
            for (int i = 0; i < 4; i++) {
                assertThat((double) values.get(i))
                        .isCloseTo(numbers.get("first").get(i).asDouble(), within(1e-6));
                assertThat((double) values.get(values.limit() - 4 + i))
                        .isCloseTo(numbers.get("last").get(i).asDouble(), within(1e-6));
            }
        }
        assertThat(expected.get("tensors").size()).isEqualTo(6);
    }

    @Test
    void convert_textsLogitsAndGreedyChats_asTransformers() {
        ModelConfig config = GgufConverter.convert(FILE, scratch.resolve("model"), StorageType.F32);
        assertThat(config.parameterCount()).isEqualTo(134_515_008);
        try (Tokenizer tokenizer = Tokenizer.load(scratch.resolve("model"));
                CausalLm model =
                        CausalLm.load(scratch.resolve("model"), EngineOptions.defaults())) {
            for (JsonNode example : expected.get("texts")) {
                String text = example.get("text").textValue();
                assertThat(tokenizer.encode(text, true))
                        .as(text)
                        .isEqualTo(ints(example.get("ids")));
            }
            List<int[]> prompts = new ArrayList<>();
            for (JsonNode chat : expected.get("chats")) {
                List<Map<String, Object>> messages =
                        MAPPER.convertValue(chat.get("messages"), new TypeReference<>() {});
                int[] ids = tokenizer.chat(new ChatInput(messages, true, Map.of()));
                assertThat(ids).isEqualTo(ints(chat.get("ids")));
                assertLogits(model.logits(ids), config.vocabSize(), chat);
                prompts.add(ids);
            }
            List<List<Completion>> completions =
                    new Generator(model, tokenizer)
                            .generate(prompts, 1, SamplingOptions.greedy(24), SeedTree.root(1));
            for (int i = 0; i < prompts.size(); i++) {
                int[] tokens = completions.get(i).get(0).tokens();
                JsonNode chat = expected.get("chats").get(i);
                assertThat(tokens).isEqualTo(ints(chat.get("greedy_ids")));
                assertThat(tokenizer.decode(tokens, false))
                        .isEqualTo(chat.get("greedy_text").textValue());
            }
        }
    }

    private static void assertLogits(float[] logits, int vocabulary, JsonNode chat) {
        float[] last = Arrays.copyOfRange(logits, logits.length - vocabulary, logits.length);
        double sum = 0;
        for (float logit : last) {
            sum += Math.exp(logit);
        }
        assertThat(Math.log(sum)).isCloseTo(chat.get("logsumexp").asDouble(), within(2e-3));
        int[] top =
                IntStream.range(0, vocabulary)
                        .boxed()
                        .sorted((a, b) -> Float.compare(last[b], last[a]))
                        .limit(5)
                        .mapToInt(Integer::intValue)
                        .toArray();
        assertThat(top).isEqualTo(ints(chat.get("top5_ids")));
        for (int i = 0; i < top.length; i++) {
            assertThat((double) last[top[i]])
                    .isCloseTo(chat.get("top5_logits").get(i).asDouble(), within(2e-3));
        }
    }

    private static int[] ints(JsonNode array) {
        return MAPPER.convertValue(array, int[].class);
    }
}
