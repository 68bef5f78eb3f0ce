package org.kindred.policy.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random blocks of each format against the values that the Python package {@code gguf} gives. */
final class DequantiserTest {
    private static final GgufFile FILE = GgufFile.open(GgufFixtures.file("blocks.gguf"));

    static List<GgmlType> formats() {
        return Stream.of(GgmlType.values()).filter(GgmlType::supported).toList();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void decode_randomBlocks_bitForBit(GgmlType type) {
        String name = type.name().toLowerCase(Locale.ROOT);
        GgufFile.Tensor blocks = FILE.tensors().get(name + ".blocks");

        assertThat(blocks.type()).isEqualTo(type);
        assertThat(values(blocks))
                .hasSize(1024)
                .containsExactly(values(FILE.tensors().get(name + ".expected")));
    }

    private static float[] values(GgufFile.Tensor tensor) {
        return FILE.float32(tensor, GgufFile.RowOrder.SAME);
    }
}
