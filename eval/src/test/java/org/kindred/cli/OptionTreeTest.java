package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.PipelineOptions;

final class OptionTreeTest {
    @TempDir Path folder;

    @Test
    void defaults_roundTripThroughYaml_withoutLoss() throws Exception {
        PipelineOptions defaults = PipelineOptions.defaults();
        Path file = Files.writeString(folder.resolve("config.yaml"), OptionTree.yaml(defaults));
        assertThat(OptionTree.load(file, PipelineOptions.class)).isEqualTo(defaults);
    }

    @Test
    void file_thenCommandLine_winOverDefaults_andOriginsSaySo() throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("my.yaml"), "seed: 7\nreinforcement:\n  steps: 5\n");
        OptionTree<PipelineOptions> tree =
                OptionTree.resolve(
                        PipelineOptions.defaults(), file, Map.of("reinforcement.steps", "6"));
        assertThat(tree.options().seed()).isEqualTo(7);
        assertThat(tree.options().reinforcement().steps()).isEqualTo(6);
        assertThat(tree.origins())
                .containsEntry("seed", file.toString())
                .containsEntry("reinforcement.steps", "command line")
                .containsEntry("sft.examples", "default");
    }

    @Test
    void unknownKey_namesItsNeighbours() throws Exception {
        Path file = Files.writeString(folder.resolve("my.yaml"), "sft:\n  exampels: 3\n");
        assertThatThrownBy(() -> OptionTree.resolve(PipelineOptions.defaults(), file, Map.of()))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("my.yaml")
                .hasMessageContaining("sft.exampels")
                .hasMessageContaining("corpus_examples");
        assertThatThrownBy(
                        () ->
                                OptionTree.resolve(
                                        PipelineOptions.defaults(), null, Map.of("sft.x.y", "3")))
                .hasMessageContaining("command line")
                .hasMessageContaining("sft.x.y");
    }

    @Test
    void wrongTypeAndRefusedValue_nameTheKey() {
        assertThatThrownBy(
                        () ->
                                OptionTree.resolve(
                                        PipelineOptions.defaults(), null, Map.of("seed", "many")))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("command line: seed");
        assertThatThrownBy(
                        () ->
                                OptionTree.resolve(
                                        PipelineOptions.defaults(),
                                        null,
                                        Map.of("reinforcement.steps", "1.5")))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("reinforcement.steps");
        assertThatThrownBy(
                        () ->
                                OptionTree.resolve(
                                        PipelineOptions.defaults(),
                                        null,
                                        Map.of("reinforcement.batch.completions_per_prompt", "1")))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("completions_per_prompt = 1");
    }

    @Test
    void unknownValueOfAnEnum_namesTheKnownOnes() {
        for (String value : List.of("true", "sideways", "[1]")) {
            assertThatThrownBy(
                            () ->
                                    OptionTree.resolve(
                                            PipelineOptions.defaults(),
                                            null,
                                            Map.of("prototypes.features", value)))
                    .isInstanceOf(OptionsException.class)
                    .hasMessageContaining("command line: prototypes.features: expected one of ")
                    .hasMessageContaining("WEIGHTS");
        }
    }

    @Test
    void differences_nameKeyAndBothValues() {
        PipelineOptions other =
                OptionTree.resolve(PipelineOptions.defaults(), null, Map.of("seed", "9")).options();
        assertThat(OptionTree.differences(PipelineOptions.defaults(), other))
                .isEqualTo(List.of("seed: 1 -> 9"));
        assertThat(OptionTree.differences(other, other)).isEmpty();
    }
}
