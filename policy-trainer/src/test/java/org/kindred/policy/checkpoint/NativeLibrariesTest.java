package org.kindred.policy.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.util.Utils;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.KindredException;

final class NativeLibrariesTest {

    @Test
    void load_failure_namesTheFolderNotAModel() {
        EngineException failure =
                new EngineException(
                        "Failed to load Huggingface native library.",
                        new IllegalStateException("Cannot copy jni files"));
        assertThatThrownBy(
                        () ->
                                NativeLibraries.load(
                                        "the tokenizers",
                                        () -> {
                                            throw failure;
                                        }))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("the tokenizers")
                .hasMessageContaining("DJL_CACHE_DIR")
                .hasMessageContaining(Utils.getEngineCacheDir().toString())
                .hasMessageContaining("Cannot copy jni files")
                .hasCause(failure);
    }

    @Test
    void load_success_givesTheResult() {
        assertThat(NativeLibraries.load("x", () -> 7)).isEqualTo(7);
    }
}
