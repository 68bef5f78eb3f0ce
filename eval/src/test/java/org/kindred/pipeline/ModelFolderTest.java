package org.kindred.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.BpeTrainer;
import org.kindred.policy.tokenizer.Tokenizer;

final class ModelFolderTest {
    @TempDir Path folder;

    /** As after adding a padding token without resizing the embedding: common, and harmless. */
    @Test
    void requireMatching_paddingBeyondTheEmbedding_noted_vocabularyBeyondIt_refused()
            throws Exception {
        BpeTrainer.train(Stream.of("a"), new BpeTrainer.Options(259, List.of(), 2), folder);
        int rows;
        try (Tokenizer plain = Tokenizer.load(folder)) {
            rows = plain.vocabularySize();
            assertThat(ModelFolder.requireMatching(folder, plain, config(rows))).isEmpty();
            assertThatThrownBy(() -> ModelFolder.requireMatching(folder, plain, config(rows - 1)))
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining("the tokenizer belongs to another model");
        }
        Path settings = folder.resolve("tokenizer_config.json");
        String text = Files.readString(settings);
        Files.writeString(settings, text.replaceFirst("\\{", "{\"mask_token\": \"[MASK]\","));
        try (Tokenizer padded = Tokenizer.load(folder)) {
            assertThat(padded.vocabularySize()).isEqualTo(rows + 1);
            assertThat(ModelFolder.requireMatching(folder, padded, config(rows)))
                    .singleElement()
                    .asString()
                    .contains("1 added tokens ([MASK])")
                    .contains("beyond the " + rows + " rows");
        }
    }

    private static ModelConfig config(int rows) {
        return ModelConfig.small(rows, 32, 2, 2, 1, 64, 1, 2);
    }
}
