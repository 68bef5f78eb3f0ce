package org.kindred.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Sha256;

/** What a run keeps of the GGUF file that it starts from. */
final class KeptModelTest {
    private static final Path FILE =
            Path.of("../policy-trainer/src/test/resources/gguf/llama_gqa_tied.gguf");

    @TempDir Path folder;

    @Test
    void folder_ofAFile_convertedOnceAndKeptWhenTheFileIsGone() throws IOException {
        Path named = Files.copy(FILE, folder.resolve("m.gguf"));
        Path kept = folder.resolve("policy/base");
        List<String> notes = new ArrayList<>();

        assertThat(KeptModel.folder(named, kept, notes::add)).isEqualTo(kept);
        assertThat(KeptModel.hash(kept)).hasValue(Sha256.of(named));
        assertThat(notes).singleElement().asString().contains("m.gguf", Sha256.of(named));
        assertThat(KeptModel.folder(named, kept, notes::add)).isEqualTo(kept);
        Files.delete(named);
        assertThat(KeptModel.folder(named, kept, notes::add)).isEqualTo(kept);
        assertThat(notes).hasSize(1);
    }

    @Test
    void folder_ofAnotherFileThanBefore_refused() throws IOException {
        Path named = Files.copy(FILE, folder.resolve("m.gguf"));
        Path kept = folder.resolve("base");
        KeptModel.folder(named, kept, note -> {});
        byte[] bytes = Files.readAllBytes(named);
        bytes[bytes.length - 100] ^= 1;
        Files.write(named, bytes);

        assertThatThrownBy(() -> KeptModel.folder(named, kept, note -> {}))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("the run was begun from " + Sha256.of(FILE));
    }

    @Test
    void folder_ofAFolder_isTheFolder() {
        assertThat(KeptModel.folder(folder, folder.resolve("base"), note -> {})).isEqualTo(folder);
        assertThat(KeptModel.hash(folder)).isEmpty();
    }
}
