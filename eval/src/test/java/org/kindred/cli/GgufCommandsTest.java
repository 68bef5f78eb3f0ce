package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.Json;
import org.kindred.datasets.Sha256;

/** A GGUF file where a model is asked for, as processes; two small layers without a template. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class GgufCommandsTest {
    @TempDir static Path folder;

    @BeforeAll
    static void copyModel() throws Exception {
        Files.copy(
                Path.of("../policy-trainer/src/test/resources/gguf/llama_gqa_tied.gguf"),
                folder.resolve("model.gguf"));
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            rows.append(
                    "{\"id\":\"r%d\",\"user_id\":\"u%d\",\"prompt\":[{\"role\":\"user\",\"content\":\"say %d\"}],"
                                    .formatted(i, i % 5, i)
                            + "\"chosen\":[{\"role\":\"assistant\",\"content\":\"it is %d\"}],"
                                    .formatted(i)
                            + "\"rejected\":[{\"role\":\"assistant\",\"content\":\"no\"}]}\n");
        }
        Files.writeString(folder.resolve("rows.jsonl"), rows.toString());
    }

    private static JsonNode generated(String model) throws Exception {
        Kindred.Outcome outcome =
                Kindred.run(
                        folder,
                        "policy",
                        "generate",
                        "--model=" + model,
                        "--raw",
                        "--json",
                        "--prompt=say 3",
                        "--max-new-tokens=8");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        return Json.mapper().readTree(outcome.output());
    }

    @Test
    void convert_thenGenerate_fileAndFolderAlike() throws Exception {
        Kindred.Outcome converted =
                Kindred.run(folder, "policy", "convert", "model.gguf", "--out=hf");
        assertThat(converted.status()).as(converted.output()).isZero();
        assertThat(converted.output()).contains("hf: llama, 52,464 parameters, float32");

        JsonNode file = generated("model.gguf");
        assertThat(file.get("model").textValue()).isEqualTo("model.gguf");
        assertThat(file.get("completions").get(0).get("tokens")).hasSize(8);
        assertThat(file.get("completions")).isEqualTo(generated("hf").get("completions"));
    }

    @Test
    void sft_fromAFile_runKeepsItsFolderAndHash() throws Exception {
        Kindred.Outcome tuned =
                Kindred.run(
                        folder,
                        "policy",
                        "sft",
                        "rows.jsonl",
                        "--model=model.gguf",
                        "--raw",
                        "--no-persona",
                        "--epochs=1",
                        "--out=tuned");
        assertThat(tuned.status()).as(tuned.output()).isZero();
        Path base = folder.resolve("tuned/policy/base");
        assertThat(base.resolve("gguf.sha256")).hasContent(Sha256.of(folder.resolve("model.gguf")));
        Checksums.check(base);
        assertThat(folder.resolve("tuned/policy/sft/model/model.safetensors")).exists();
    }

    @Test
    void model_noGguf_refusedWithWhatIsExpected() throws Exception {
        Files.writeString(folder.resolve("notes.txt"), "no model");
        Kindred.Outcome outcome =
                Kindred.run(folder, "policy", "generate", "--model=notes.txt", "--prompt=x");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.output()).contains("notes.txt: is no GGUF file", "or a GGUF file");
    }
}
