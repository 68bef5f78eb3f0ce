package org.kindred.policy.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.SeedTree;

final class BpeTrainerTest {
    @TempDir Path folder;

    @Test
    void train_smallCorpus_mergesByCountThenBySmallerIds() throws IOException {
        // "ab" 3 times, "bc" and "cd" twice each: ab, then (bytes in order) "bc", "cd" on their
        // own.
        BpeTrainer.train(
                Stream.of("ab", "ab", "ab", "cd", "bc", "cd", "bc", "x"),
                new BpeTrainer.Options(300, List.of(), 2),
                folder);

        JsonNode model =
                new ObjectMapper().readTree(folder.resolve("tokenizer.json").toFile()).get("model");
        assertThat(model.get("merges"))
                .extracting(JsonNode::textValue)
                .containsExactly("a b", "b c", "c d");
        assertThat(model.get("vocab").get("ab").intValue()).isEqualTo(3 + 256);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(3 + 256 + 3);
            assertThat(tokenizer.tokens("abcd x", false)).containsExactly("ab", "cd", "Ġ", "x");
        }
    }

    @Test
    void train_specialTokenSpelledInTheTexts_neverMergedIntoIt() throws IOException {
        BpeTrainer.Options options = new BpeTrainer.Options(400, List.of("hello"), 2);
        BpeTrainer.train(Stream.generate(() -> "hello hellos").limit(50), options, folder);

        JsonNode model =
                new ObjectMapper().readTree(folder.resolve("tokenizer.json").toFile()).get("model");
        assertThat(model.get("vocab").get("hello").intValue()).isEqualTo(3);
        for (JsonNode merge : model.get("merges")) {
            assertThat(merge.textValue().replace(" ", "")).isNotEqualTo("hello");
        }
    }

    @Test
    void train_2048VocabularyOn2000Texts_deterministicAndLoadable(@TempDir Path again) {
        List<String> texts = new ArrayList<>(corpus());
        BpeTrainer.train(texts.stream(), BpeTrainer.Options.defaults(), folder);
        Collections.reverse(texts);
        BpeTrainer.train(texts.stream(), BpeTrainer.Options.defaults(), again);

        for (String file :
                List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")) {
            assertThat(again.resolve(file)).hasSameBinaryContentAs(folder.resolve(file));
        }
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(2048);
            assertThat(tokenizer.specialTokens()).isEqualTo(new SpecialTokens(null, 2, 0, null));
            assertThat(tokenizer.eosIds()).containsExactly(2);
            int characters = 0;
            int tokens = 0;
            for (String text : texts.subList(0, 100)) {
                int[] ids = tokenizer.encode(text, true);
                assertThat(tokenizer.decode(ids, false)).isEqualTo(text);
                characters += text.length();
                tokens += ids.length;
            }
            assertThat((double) characters / tokens).isGreaterThan(3); // it does compress
            String odd = "caf\u00e9 e\u0301 \0 <|im_end|> \uD83D\uDE42\r\n\t 12345";
            assertThat(tokenizer.decode(tokenizer.encode(odd, true), false)).isEqualTo(odd);
        }
    }

    /**
     * 2,000 sentences of about 80 characters, over 1,500 made-up words of two to four syllables.
     */
    private static List<String> corpus() {
        SplittableRandom random = SeedTree.root(5).child("corpus").random();
        String consonants = "bcdfghjklmnprstvwz";
        String vowels = "aeiou";
        List<String> words =
                IntStream.range(0, 1500)
                        .mapToObj(
                                w -> {
                                    StringBuilder word = new StringBuilder();
                                    for (int s = 2 + random.nextInt(3); s > 0; s--) {
                                        word.append(consonants.charAt(random.nextInt(18)));
                                        word.append(vowels.charAt(random.nextInt(5)));
                                    }
                                    return word.toString();
                                })
                        .toList();
        return IntStream.range(0, 2000)
                .mapToObj(
                        t -> {
                            List<String> sentence = new ArrayList<>();
                            for (int w = 0; w < 12; w++) {
                                double u = random.nextDouble();
                                sentence.add(words.get((int) (u * u * u * words.size())));
                            }
                            return String.join(" ", sentence) + ".";
                        })
                .toList();
    }

    @Test
    void options_outOfRange_refused() {
        assertThatThrownBy(() -> new BpeTrainer.Options(258, List.of(), 2))
                .hasMessageContaining("at least 259");
        assertThatThrownBy(() -> new BpeTrainer.Options(300, List.of("<|im_end|>"), 2))
                .hasMessageContaining("extraSpecialTokens");
        assertThatThrownBy(() -> new BpeTrainer.Options(300, List.of(), 0))
                .hasMessageContaining("minPairCount");
    }
}
