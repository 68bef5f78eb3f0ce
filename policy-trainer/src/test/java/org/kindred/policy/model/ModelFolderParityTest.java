package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kindred.policy.checkpoint.HuggingFaceFixtures;
import org.kindred.policy.checkpoint.SafeTensors;
import org.kindred.policy.checkpoint.SafeTensorsWriter;

/**
 * Every model folder that transformers wrote: config in each layout, weights, and both saved again.
 */
final class ModelFolderParityTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir Path scratch;

    static List<Path> folders() {
        return HuggingFaceFixtures.folders("models");
    }

    @ParameterizedTest
    @MethodSource("folders")
    void config_bothLayouts_describeTheSameModel(Path folder) throws IOException {
        ModelConfig config = ModelConfig.read(folder.resolve(ModelConfig.FILE));

        for (String other : List.of("config_v4_layout.json", "config_v5_layout.json")) {
            if (Files.exists(folder.resolve(other))) {
                assertThat(ModelConfig.read(folder.resolve(other))).isEqualTo(config);
            }
        }
        for (ModelConfig.Layout layout : ModelConfig.Layout.values()) {
            Path saved = scratch.resolve("config.json");
            MAPPER.writeValue(saved.toFile(), config.toJson(layout));
            assertThat(ModelConfig.read(saved)).isEqualTo(config);
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void config_againstTransformers_sameSizeAndFrequencies(Path folder) throws IOException {
        ModelConfig config = ModelConfig.read(folder.resolve(ModelConfig.FILE));
        JsonNode expected = MAPPER.readTree(folder.resolve("expected.json").toFile());

        assertThat(config.parameterCount()).isEqualTo(expected.get("parameters").longValue());
        assertThat(config.storageType().configName())
                .isEqualTo(expected.get("weights_dtype").textValue());
        JsonNode frequencies = expected.path("rope_inv_freq");
        for (int i = 0; i < frequencies.size(); i++) {
            double value = frequencies.get(i).doubleValue();
            // The reference is computed in float32 and printed with 7 digits.
            assertThat(config.inverseFrequencies()[i]).isCloseTo(value, within(3e-7 * value));
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void weights_loadedSavedLoaded_bitwiseEqual(Path folder) {
        ModelConfig config = ModelConfig.read(folder.resolve(ModelConfig.FILE));
        SafeTensors loaded = SafeTensors.openFolder(folder);
        loaded.requireExactly(config.tensors());

        SafeTensorsWriter.write(
                scratch.resolve("model.safetensors"),
                config.storageType(),
                config.tensors(),
                spec -> loaded.float32(spec.name()).asFloatBuffer());

        SafeTensors again = SafeTensors.openFolder(scratch);
        again.requireExactly(config.tensors());
        assertThat(again.names()).isEqualTo(loaded.names());
        for (String name : loaded.names()) {
            assertThat(again.type(name)).isEqualTo(loaded.type(name));
            assertThat(again.bytes(name)).isEqualTo(loaded.bytes(name));
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void singleFile_savedAgain_sameBytesAsTransformersWrote(Path folder) throws IOException {
        Path original = folder.resolve("model.safetensors");
        if (!Files.exists(original)) {
            return; // shards become one file
        }
        ModelConfig config = ModelConfig.read(folder.resolve(ModelConfig.FILE));
        SafeTensors loaded = SafeTensors.openFile(original);
        Path saved = scratch.resolve("model.safetensors");

        SafeTensorsWriter.write(
                saved,
                config.storageType(),
                config.tensors(),
                spec -> loaded.float32(spec.name()).asFloatBuffer());

        assertThat(saved).hasSameBinaryContentAs(original);
    }
}
