package org.kindred.policy.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;

/**
 * What {@link TokenizerLayoutsTest} holds the tokenizer to is what the installed transformers says,
 * too: {@code KINDRED_PYTHON=.../python mvn -B verify -Ppython}, with an interpreter that has
 * transformers and jinja2.
 */
@Tag("python")
final class TransformersGridTest {
    private static final Path SCRIPT = Path.of("src/test/python/record_layouts.py");

    @TempDir Path folder;

    @Test
    void installedTransformers_readsEveryLayoutAsRecorded() throws Exception {
        String python = System.getenv("KINDRED_PYTHON");
        assertThat(python)
                .as("the profile python needs KINDRED_PYTHON, an interpreter with transformers")
                .isNotBlank();
        Path now = folder.resolve("now.json");
        Process process =
                new ProcessBuilder(python, SCRIPT.toString(), now.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(values(now))
                .isEqualTo(
                        values(HuggingFaceFixtures.resources().resolve("layouts/expected.json")));
    }

    private static JsonNode values(Path record) throws Exception {
        ObjectNode all = (ObjectNode) new ObjectMapper().readTree(record.toFile());
        all.remove("made_with");
        return all;
    }
}
