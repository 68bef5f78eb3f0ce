package org.kindred.policy.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;
import org.kindred.policy.tokenizer.template.ChatTemplateException;

/** Every tokenizer folder with an {@code expected.json} of transformers, section by section. */
@ParameterizedClass
@MethodSource("folders")
final class TokenizerParityTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path folder;
    private final JsonNode expected;

    @TempDir Path scratch;

    TokenizerParityTest(Path folder) throws IOException {
        this.folder = folder;
        this.expected = MAPPER.readTree(folder.resolve("expected.json").toFile());
    }

    static List<Path> folders() {
        return HuggingFaceFixtures.folders("tokenizers");
    }

    @Test
    void specialIds_asExpected() {
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            SpecialTokens special = tokenizer.specialTokens();
            assertThat(special.bosId()).isEqualTo(id("bos_token_id"));
            assertThat(special.eosId()).isEqualTo(id("eos_token_id"));
            assertThat(special.padId()).isEqualTo(id("pad_token_id"));
            assertThat(special.unkId()).isEqualTo(id("unk_token_id"));
            assertThat(tokenizer.vocabularySize()).isEqualTo(expected.get("vocab_size").intValue());
        }
    }

    private Integer id(String name) {
        JsonNode id = expected.get("special_ids").path(name);
        return id.isInt() ? id.intValue() : null;
    }

    @Test
    void encodeDecode_asExpected() {
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            for (JsonNode example : expected.get("encode_decode")) {
                String text = example.get("text").textValue();
                int[] ids = ints(example.get("ids"));
                assertThat(tokenizer.encode(text, true)).as(text).isEqualTo(ids);
                assertThat(tokenizer.encode(text, false))
                        .as(text)
                        .isEqualTo(ints(example.get("ids_no_special")));
                assertThat(tokenizer.tokens(text, false))
                        .as(text)
                        .isEqualTo(list(example.get("tokens_no_special")));
                assertDecodes(tokenizer, ids, example);
            }
        }
    }

    @Test
    void decodeOnly_brokenUtf8_asExpected() {
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            for (JsonNode example : expected.get("decode_only")) {
                assertDecodes(tokenizer, ints(example.get("ids")), example);
            }
        }
    }

    private static void assertDecodes(Tokenizer tokenizer, int[] ids, JsonNode example) {
        assertThat(tokenizer.decode(ids, false)).isEqualTo(example.get("decoded").textValue());
        assertThat(tokenizer.decode(ids, true))
                .isEqualTo(example.get("decoded_skip_special").textValue());
    }

    @Test
    void chat_renderedAndEncoded_asExpected() {
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertChats(tokenizer, expected.get("chat"));
        }
    }

    @Test
    void chatExtra_toolsAndVariables_asExpected() {
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertChats(tokenizer, expected.get("chat_extra"));
        }
    }

    @Test
    void otherLayoutsOfTheSettings_sameChats() throws IOException {
        for (String layout :
                List.of("tokenizer_config_v4_layout.json", "tokenizer_config_v5_layout.json")) {
            if (!Files.exists(folder.resolve(layout))) {
                continue;
            }
            for (String file : List.of("tokenizer.json", "chat_template.jinja")) {
                if (Files.exists(folder.resolve(file))) {
                    Files.copy(
                            folder.resolve(file),
                            scratch.resolve(file),
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.copy(
                    folder.resolve(layout),
                    scratch.resolve("tokenizer_config.json"),
                    StandardCopyOption.REPLACE_EXISTING);
            try (Tokenizer tokenizer = Tokenizer.load(scratch);
                    Tokenizer usual = Tokenizer.load(folder)) {
                assertThat(tokenizer.specialTokens()).isEqualTo(usual.specialTokens());
                assertChats(tokenizer, expected.get("chat"));
            }
        }
    }

    private static void assertChats(Tokenizer tokenizer, JsonNode examples) {
        for (JsonNode example : examples) {
            ChatInput input = input(example);
            String rendered = example.get("rendered").textValue();
            assertThat(tokenizer.render(input)).isEqualTo(rendered);
            assertThat(tokenizer.chat(input)).isEqualTo(tokenizer.encode(rendered, false));
            if (example.has("ids")) {
                assertThat(tokenizer.chat(input)).isEqualTo(ints(example.get("ids")));
            }
        }
    }

    @Test
    void chatErrors_raisedByTheTemplate_asExpected() {
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            for (JsonNode example : expected.get("chat_errors")) {
                assertThatThrownBy(() -> tokenizer.render(input(example)))
                        .isInstanceOfSatisfying(
                                ChatTemplateException.class,
                                e ->
                                        assertThat(e.problem())
                                                .isEqualTo(
                                                        example.get("error_message").textValue()));
            }
        }
    }

    private static ChatInput input(JsonNode example) {
        List<Map<String, Object>> messages =
                MAPPER.convertValue(example.get("messages"), new TypeReference<>() {});
        Map<String, Object> variables = new LinkedHashMap<>();
        if (example.hasNonNull("template_kwargs")) {
            variables.putAll(
                    MAPPER.convertValue(
                            example.get("template_kwargs"),
                            new TypeReference<Map<String, Object>>() {}));
        }
        if (example.hasNonNull("tools")) {
            variables.put(
                    "tools",
                    MAPPER.convertValue(
                            example.get("tools"), new TypeReference<List<Object>>() {}));
        }
        return new ChatInput(
                messages, example.path("add_generation_prompt").asBoolean(false), variables);
    }

    private static int[] ints(JsonNode array) {
        return MAPPER.convertValue(array, int[].class);
    }

    private static List<String> list(JsonNode array) {
        return MAPPER.convertValue(array, new TypeReference<>() {});
    }
}
