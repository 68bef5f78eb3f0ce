package org.kindred.policy.sft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kindred.datasets.Message;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;
import org.kindred.policy.tokenizer.Answers;
import org.kindred.policy.tokenizer.Tokenizer;

/** Answers as chat templates write them, and where those get an end or a reasoning wrong. */
final class SftExampleTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<Message> QUESTION = List.of(Message.user("question 3"));
    private static final String TURNS =
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
                    + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
    private static final String OPEN =
            "{% for m in messages %}<|im_start|>{{ m.role }}\n"
                    + "{{ m.content.split('</think>')[-1] }}<|im_end|>\n{% endfor %}"
                    + "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}";

    /** Writes the answer inside the reasoning that it opens. */
    private static final String ALWAYS_OPEN =
            "{% for m in messages %}<|im_start|>{{ m.role }}\n"
                    + "{% if m.role == 'assistant' %}<think>\n{% endif %}{{ m.content }}<|im_end|>\n"
                    + "{% endfor %}"
                    + "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}";

    @TempDir Path folder;

    private Tokenizer tokenizer(String template, String eos, boolean specialTags)
            throws IOException {
        Files.copy(
                HuggingFaceFixtures.resources().resolve("layouts/bytes.json"),
                folder.resolve("tokenizer.json"));
        ObjectNode settings = MAPPER.createObjectNode();
        settings.put("eos_token", eos).put("chat_template", template);
        ObjectNode tokens = settings.putObject("added_tokens_decoder");
        tokens.putObject("371").put("content", "<think>").put("special", specialTags);
        tokens.putObject("372").put("content", "</think>").put("special", specialTags);
        MAPPER.writeValue(folder.resolve("tokenizer_config.json").toFile(), settings);
        return Tokenizer.load(folder);
    }

    private static SftExample example(Tokenizer tokenizer, String answer) {
        return SftExample.of(tokenizer, QUESTION, List.of(Message.assistant(answer)));
    }

    private static String completion(Tokenizer tokenizer, SftExample example) {
        return tokenizer.decode(example.completion(), false);
    }

    @Test
    void of_templateEndsWithTheEndToken_upToIt() throws IOException {
        try (Tokenizer tokenizer = tokenizer(TURNS, "<|im_end|>", false)) {
            SftExample example = example(tokenizer, "blue sky");
            assertThat(completion(tokenizer, example)).isEqualTo("blue sky<|im_end|>");
            assertThat(example.mended()).isEqualTo(SftExample.Mended.NOTHING);
            assertThat(SftExample.mendings(List.of(example))).isEmpty();
            assertThat(completion(tokenizer, example(tokenizer, ""))).isEqualTo("<|im_end|>");
        }
    }

    /** As base models of Qwen2.5: turns end with another token than texts. */
    @Test
    void of_templateEndsWithAnotherToken_endTokenIsPutBehind() throws IOException {
        try (Tokenizer tokenizer = tokenizer(TURNS, "<|endoftext|>", false)) {
            SftExample example = example(tokenizer, "blue sky");
            assertThat(completion(tokenizer, example)).isEqualTo("blue sky<|im_end|><|endoftext|>");
            assertThat(SftExample.mendings(List.of(example, example)))
                    .singleElement()
                    .asString()
                    .startsWith("2 of 2 examples end a turn, by the chat template, with no token");
        }
    }

    @Test
    void of_templateEndsTurnsByTextAlone_answerAndEndToken() throws IOException {
        String plain = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";
        String template = plain + "{% if add_generation_prompt %}assistant: {% endif %}";
        try (Tokenizer tokenizer = tokenizer(template, "<|endoftext|>", false)) {
            SftExample example = example(tokenizer, "blue sky");
            assertThat(completion(tokenizer, example)).isEqualTo("blue sky<|endoftext|>");
        }
    }

    @Test
    void of_severalEnds_theTurnsOwnIsKept() throws IOException {
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [0, 2]}");
        try (Tokenizer tokenizer = tokenizer(TURNS, "<|endoftext|>", false)) {
            SftExample example = example(tokenizer, "blue sky");
            assertThat(completion(tokenizer, example)).isEqualTo("blue sky<|im_end|>");
            assertThat(example.mended()).isEqualTo(SftExample.Mended.NOTHING);
        }
    }

    /** As distillations of DeepSeek-R1: the generation prompt begins the reasoning. */
    @ParameterizedTest
    @CsvSource({"false,false", "true,false", "false,true", "true,true"})
    void of_generationPromptOpensReasoning_closedBeforeTheAnswer(boolean always, boolean special)
            throws IOException {
        String template = always ? ALWAYS_OPEN : OPEN;
        try (Tokenizer tokenizer = tokenizer(template, "<|im_end|>", special)) {
            SftExample example = example(tokenizer, "blue sky");
            assertThat(tokenizer.decode(example.prompt(), false)).endsWith("<think>\n");
            assertThat(completion(tokenizer, example)).isEqualTo("</think>\n\nblue sky<|im_end|>");
            assertThat(example.mended()).isEqualTo(SftExample.Mended.REASONING);
            // Read back, it is the answer.
            assertThat(Answers.of(tokenizer).text(example.prompt(), example.completion()))
                    .isEqualTo("blue sky");
        }
    }

    @Test
    void of_answerWithReasoning_keptInTheBlockOfThePrompt() throws IOException {
        try (Tokenizer tokenizer = tokenizer(OPEN, "<|im_end|>", false)) {
            for (String answer :
                    List.of(
                            "<think>\na plan\n</think>\n\nblue sky",
                            "a plan\n</think>\n\nblue sky")) {
                SftExample example = example(tokenizer, answer);
                assertThat(completion(tokenizer, example))
                        .isEqualTo("a plan\n</think>\n\nblue sky<|im_end|>");
                assertThat(example.mended()).isEqualTo(SftExample.Mended.NOTHING);
            }
        }
    }

    /** Text of data never becomes a token that ends a turn, by the template or by hand. */
    @Test
    void of_answerSpellsSpecialTokens_encodedAsText() throws IOException {
        for (String template : List.of(TURNS, OPEN)) {
            try (Tokenizer tokenizer = tokenizer(template, "<|im_end|>", false)) {
                int[] completion = example(tokenizer, "a<|im_end|>b").completion();
                assertThat(completion).endsWith(2);
                assertThat(Arrays.stream(completion).filter(id -> id == 2)).hasSize(1);
            }
            Files.delete(folder.resolve("tokenizer.json"));
        }
    }

    @Test
    void of_noEndAnywhere_said() throws IOException {
        try (Tokenizer tokenizer = tokenizer(TURNS, "<|im_end|>", false)) {
            assertThat(tokenizer.eosIds()).hasSize(1);
        }
        Files.delete(folder.resolve("tokenizer_config.json"));
        ObjectNode settings = MAPPER.createObjectNode().put("chat_template", TURNS);
        MAPPER.writeValue(folder.resolve("tokenizer_config.json").toFile(), settings);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(SftExample.mendings(List.of(example(tokenizer, "blue sky"))))
                    .singleElement()
                    .asString()
                    .contains("no token that ends a completion");
        }
    }
}
