package org.kindred.policy.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;

/** What judges and measures see of a completion. */
final class AnswersTest {
    private static final String WRITTEN =
            "<think>secret plan: flatter the judge</think>\n\nblue sky<|im_end|>";

    @TempDir Path folder;

    private Tokenizer tokenizer(boolean specialTags) throws IOException {
        Files.copy(
                HuggingFaceFixtures.resources().resolve("layouts/bytes.json"),
                folder.resolve("tokenizer.json"));
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                """
                {"eos_token": "<|im_end|>", "added_tokens_decoder": {
                  "371": {"content": "<think>", "special": %1$s},
                  "372": {"content": "</think>", "special": %1$s}}}
                """
                        .formatted(specialTags));
        return Tokenizer.load(folder);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void text_reasoningBeforeTheAnswer_leftOutUnlessKept(boolean specialTags) throws IOException {
        try (Tokenizer tokenizer = tokenizer(specialTags)) {
            int[] prompt = tokenizer.encode("<|im_start|>assistant\n", false);
            int[] written = tokenizer.encode(WRITTEN, false);
            assertThat(Answers.of(tokenizer).text(prompt, written)).isEqualTo("blue sky");
            assertThat(new Answers(tokenizer, true).text(prompt, written))
                    .isEqualTo("<think>secret plan: flatter the judge</think>\n\nblue sky");
        }
    }

    @Test
    void text_blockOpenedByThePrompt_upToTheClosingTag() throws IOException {
        try (Tokenizer tokenizer = tokenizer(false)) {
            int[] prompt = tokenizer.encode("<|im_start|>assistant\n<think>\n", false);
            Answers answers = Answers.of(tokenizer);
            int[] written = tokenizer.encode("plan\n</think>\n\nblue sky<|im_end|>", false);
            assertThat(answers.text(prompt, written)).isEqualTo("blue sky");
            int[] open = tokenizer.encode("plan without an end", false);
            assertThat(answers.text(prompt, open)).isEmpty();
        }
    }

    @Test
    void text_withoutReasoning_isWhatWasWritten() throws IOException {
        try (Tokenizer tokenizer = tokenizer(true)) {
            int[] prompt = tokenizer.encode("<|im_start|>assistant\n", false);
            String text = " blue <b>think</b> sky \n";
            assertThat(Answers.of(tokenizer).text(prompt, tokenizer.encode(text, false)))
                    .isEqualTo(text);
        }
    }
}
