package org.kindred.policy.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;

/**
 * Folders of many layouts, as transformers 5.18 reads them: layouts x chat templates x end tokens.
 * Recorded by {@code src/test/python/record_layouts.py}.
 */
final class TokenizerLayoutsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path RECORDS = HuggingFaceFixtures.resources().resolve("layouts");

    @TempDir Path folder;

    static Stream<Named<JsonNode>> cases() throws IOException {
        return StreamSupport.stream(record().get("cases").spliterator(), false)
                .map(each -> Named.of(each.get("name").textValue(), each));
    }

    private static JsonNode record() throws IOException {
        return MAPPER.readTree(RECORDS.resolve("expected.json").toFile());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void load_everyLayout_asTransformers(JsonNode expected) throws IOException {
        write(expected);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            check(tokenizer, expected);
            // A saved copy ends completions where the original does.
            Path copy = Files.createDirectory(folder.resolve("copy"));
            tokenizer.save(copy);
            try (Tokenizer saved = Tokenizer.load(copy)) {
                assertThat(saved.eosIds()).isEqualTo(tokenizer.eosIds());
                assertThat(saved.specialTokens()).isEqualTo(tokenizer.specialTokens());
            }
        }
    }

    private void check(Tokenizer tokenizer, JsonNode expected) throws IOException {
        JsonNode record = record();
        JsonNode roles = expected.get("roles");
        assertThat(tokenizer.specialTokens())
                .isEqualTo(
                        new SpecialTokens(
                                id(roles, "bos_token_id"),
                                id(roles, "eos_token_id"),
                                id(roles, "pad_token_id"),
                                id(roles, "unk_token_id")));
        assertThat(tokenizer.vocabularySize()).isEqualTo(expected.get("size").intValue());
        assertThat(tokenizer.eosIds()).containsExactlyInAnyOrder(boxed(expected.get("ends")));
        for (int i = 0; i < record.get("texts").size(); i++) {
            String text = record.get("texts").get(i).textValue();
            int[] ids = ints(expected.get("texts").get(i));
            assertThat(tokenizer.encode(text, false)).as(text).isEqualTo(ids);
            assertThat(tokenizer.decode(ids, true))
                    .as(text)
                    .isEqualTo(expected.get("decoded").get(i).textValue());
        }
        for (int i = 0; i < record.get("chats").size(); i++) {
            List<Map<String, Object>> messages =
                    MAPPER.convertValue(record.get("chats").get(i), new TypeReference<>() {});
            ChatInput input = new ChatInput(messages, true, Map.of());
            JsonNode chat = expected.get("chats").get(i);
            assertThat(tokenizer.render(input)).isEqualTo(chat.get("text").textValue());
            assertThat(tokenizer.chat(input)).isEqualTo(ints(chat.get("ids")));
        }
    }

    /** Where an id does not follow from the order of the tokens, nothing is guessed. */
    @Test
    void load_declaredIdOfAnotherTokenizer_refusedByName() throws IOException {
        JsonNode decoder = named("decoder/turns/tokenizer");
        write(decoder);
        ObjectNode settings = (ObjectNode) decoder.get("files").get("tokenizer_config.json");
        ObjectNode tokens = (ObjectNode) settings.get("added_tokens_decoder");
        tokens.set("400", tokens.remove("370"));
        MAPPER.writeValue(folder.resolve("tokenizer_config.json").toFile(), settings);

        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("tokenizer_config.json")
                .hasMessageContaining("<|im_end|>")
                .hasMessageContaining("400")
                .hasMessageContaining("370");
    }

    /** The ends and the padding of an adapter's folder are those of its base model. */
    @Test
    void load_folderOfAnAdapter_endsOfTheBaseCount() throws IOException {
        write(named("all_in_the_file/turns/generation"));
        Path adapter = Files.createDirectory(folder.resolve("adapter"));
        Files.copy(folder.resolve("tokenizer.json"), adapter.resolve("tokenizer.json"));
        Files.writeString(
                adapter.resolve("adapter_config.json"),
                "{\"base_model_name_or_path\": \"..\", \"peft_type\": \"LORA\"}");

        try (Tokenizer tokenizer = Tokenizer.load(adapter)) {
            assertThat(tokenizer.eosIds()).containsExactly(1);
            assertThat(tokenizer.padId()).isZero();
        }
    }

    @Test
    void padId_nothingNamesAnEnd_saysWhereToNameOne() throws IOException {
        write(named("all_in_the_file/turns/tokenizer"));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.eosIds()).isEmpty();
            assertThatThrownBy(tokenizer::padId)
                    .hasMessageContaining("tokenizer_config.json")
                    .hasMessageContaining("generation_config.json")
                    .hasMessageContaining("eos_token_id");
        }
    }

    /** Tokens behind the vocabulary may lack an embedding, its own pieces may not. */
    @Test
    void addedFrom_padBehindTheVocabulary_named() throws IOException {
        write(named("roles_unknown_to_the_file/turns/tokenizer"));
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.modelVocabularySize()).isEqualTo(371);
            assertThat(tokenizer.addedFrom(371)).contains("[PAD]", "<s>", "<extra>");
            assertThat(tokenizer.addedFrom(374)).isEmpty();
        }
    }

    private JsonNode named(String name) throws IOException {
        return cases().filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getPayload();
    }

    private void write(JsonNode expected) throws IOException {
        String base = expected.get("tokenizer").textValue();
        ObjectNode tokenizer =
                (ObjectNode) MAPPER.readTree(RECORDS.resolve(base + ".json").toFile());
        edit(tokenizer, expected.get("edit"));
        MAPPER.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);
        for (Map.Entry<String, JsonNode> file : expected.get("files").properties()) {
            MAPPER.writeValue(folder.resolve(file.getKey()).toFile(), file.getValue());
        }
    }

    /** As the script does it. */
    private static void edit(ObjectNode tokenizer, JsonNode edit) {
        if (edit.has("keep")) {
            keep(tokenizer, edit.get("keep"), true);
            ObjectNode vocabulary = (ObjectNode) tokenizer.get("model").get("vocab");
            vocabulary.remove(List.of("<|im_start|>", "<|im_end|>"));
            List<String> pieces = new ArrayList<>();
            vocabulary.fieldNames().forEachRemaining(pieces::add);
            pieces.sort(Comparator.comparing(piece -> vocabulary.get(piece).intValue()));
            vocabulary.removeAll();
            for (String piece : pieces) {
                vocabulary.put(piece, vocabulary.size());
            }
        }
        if (edit.has("move")) {
            keep(tokenizer, edit.get("move"), false);
        }
        if (edit.has("drop")) {
            tokenizer.remove("added_tokens");
        }
    }

    private static void keep(ObjectNode tokenizer, JsonNode contents, boolean kept) {
        ArrayNode tokens = (ArrayNode) tokenizer.get("added_tokens");
        for (Iterator<JsonNode> each = tokens.iterator(); each.hasNext(); ) {
            JsonNode content = each.next().get("content");
            boolean named =
                    StreamSupport.stream(contents.spliterator(), false).anyMatch(content::equals);
            if (named != kept) {
                each.remove();
            }
        }
    }

    private static Integer id(JsonNode roles, String name) {
        return roles.get(name).isNull() ? null : Integer.valueOf(roles.get(name).intValue());
    }

    private static int[] ints(JsonNode ids) {
        return IntStream.range(0, ids.size()).map(i -> ids.get(i).intValue()).toArray();
    }

    private static Integer[] boxed(JsonNode ids) {
        return IntStream.of(ints(ids)).boxed().toArray(Integer[]::new);
    }
}
