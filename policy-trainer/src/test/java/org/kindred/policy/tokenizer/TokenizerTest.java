package org.kindred.policy.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;

final class TokenizerTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path FIXTURES = HuggingFaceFixtures.resources().resolve("tokenizers");

    /** Those that do not normalise; loaded once, since a property runs hundreds of times. */
    private static final List<Tokenizer> EXACT =
            Stream.of("smollm2_like", "llama3_like")
                    .map(name -> Tokenizer.load(FIXTURES.resolve(name)))
                    .toList();

    @TempDir Path folder;

    @Property(tries = 300, seed = "20261121")
    void decode_ofEncodedUnicode_givesTheText(@ForAll("unicode") String text) {
        for (Tokenizer tokenizer : EXACT) {
            assertThat(tokenizer.decode(tokenizer.encode(text, false), false)).isEqualTo(text);
        }
    }

    /** Any code point but surrogates, special tokens and NUL included. */
    @Provide
    Arbitrary<String> unicode() {
        Arbitrary<String> character =
                Arbitraries.integers()
                        .between(0, Character.MAX_CODE_POINT)
                        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                        .map(Character::toString);
        Arbitrary<String> piece =
                Arbitraries.of(
                        "\0", " ", "\r\n", "\u00e9", "e\u0301", "<|im_end|>", "'s", "12 ", "word");
        return Arbitraries.oneOf(character, piece)
                .list()
                .ofMaxSize(30)
                .map(l -> String.join("", l));
    }

    @Test
    void encode_loneSurrogates_countAsReplacementCharacter() {
        try (Tokenizer tokenizer = Tokenizer.load(FIXTURES.resolve("smollm2_like"))) {
            int[] ids = tokenizer.encode("a\uD83Db\uDE42", false);
            assertThat(tokenizer.decode(ids, false)).isEqualTo("a\uFFFDb\uFFFD");
        }
    }

    @Test
    void encode_fileThatCutsAndPads_neitherHappens() throws IOException {
        copy("smollm2_like");
        ObjectNode json = tree("tokenizer.json");
        json.putObject("truncation")
                .put("direction", "Right")
                .put("max_length", 2)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        ObjectNode padding = json.putObject("padding");
        padding.putObject("strategy").put("Fixed", 64);
        padding.put("direction", "Right").putNull("pad_to_multiple_of");
        padding.put("pad_id", 2).put("pad_type_id", 0).put("pad_token", "<|im_end|>");
        MAPPER.writeValue(folder.resolve("tokenizer.json").toFile(), json);

        try (Tokenizer plain = Tokenizer.load(FIXTURES.resolve("smollm2_like"));
                Tokenizer cutting = Tokenizer.load(folder)) {
            assertThat(cutting.encode("The answer is 18.", true))
                    .isEqualTo(plain.encode("The answer is 18.", true))
                    .hasSizeGreaterThan(2);
        }
    }

    @Test
    void eosIds_withGenerationConfig_bothNamed_padFallsBackToEos() throws IOException {
        copy("llama3_like");
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\":[508,511]}");

        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.eosIds()).containsExactly(511, 508);
            assertThat(tokenizer.specialTokens())
                    .isEqualTo(new SpecialTokens(507, 511, null, null));
            assertThat(tokenizer.padId()).isEqualTo(511);
        }
    }

    @Test
    void load_rolesInTheOlderFile_used() throws IOException {
        copy("smollm2_like");
        Files.move(
                folder.resolve("tokenizer_config.json"), folder.resolve("special_tokens_map.json"));

        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.specialTokens()).isEqualTo(new SpecialTokens(1, 2, 2, 0));
        }
    }

    @Test
    void save_copiesWhatLoadReads(@TempDir Path target) {
        try (Tokenizer tokenizer = Tokenizer.load(FIXTURES.resolve("qwen2_like"))) {
            tokenizer.save(target);
            tokenizer.save(FIXTURES.resolve("qwen2_like")); // onto itself: nothing happens
            try (Tokenizer copy = Tokenizer.load(target)) {
                assertThat(copy.specialTokens()).isEqualTo(tokenizer.specialTokens());
                assertThat(copy.vocabularySize()).isEqualTo(512);
            }
        }
        assertThat(target.toFile().list())
                .containsExactlyInAnyOrder(
                        "tokenizer.json", "tokenizer_config.json", "chat_template.jinja");
    }

    @Test
    void load_missingOrBroken_namesTheFile() throws IOException {
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("tokenizer.json");
        for (String broken :
                List.of("", "[]", "{}", "{\"model\":{\"vocab\":{\"a\":-1}}}", "{\"model\":")) {
            Files.writeString(folder.resolve("tokenizer.json"), broken);
            assertThatThrownBy(() -> Tokenizer.load(folder))
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining("tokenizer.json");
        }
        Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"model\":{\"type\":\"X\",\"vocab\":{\"a\":0}}}");
        assertThatThrownBy(() -> Tokenizer.load(folder)).hasMessageContaining("library refused");
    }

    private void copy(String name) throws IOException {
        for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(FIXTURES.resolve(name).resolve(file), folder.resolve(file));
        }
    }

    private ObjectNode tree(String file) throws IOException {
        return (ObjectNode) MAPPER.readTree(folder.resolve(file).toFile());
    }
}
