package org.kindred.policy.gguf;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Number formats of tensors in a GGUF file, by ggml's numbers. Values come in blocks of {@link
 * #blockValues()} that share a scale. Formats without a size are known by name only, so that a file
 * that holds them is refused for the right reason.
 */
enum GgmlType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q8_1(9),
    Q2_K(10),
    Q3_K(11),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    Q8_K(15),
    IQ2_XXS(16),
    IQ2_XS(17),
    IQ3_XXS(18),
    IQ1_S(19),
    IQ4_NL(20),
    IQ3_S(21),
    IQ2_S(22),
    IQ4_XS(23),
    I8(24),
    I16(25),
    I32(26),
    I64(27),
    F64(28),
    IQ1_M(29),
    BF16(30, 1, 2),
    TQ1_0(34),
    TQ2_0(35),
    MXFP4(39);

    private final int id;
    private final int blockValues;
    private final int blockBytes;

    GgmlType(int id) {
        this(id, 0, 0);
    }

    GgmlType(int id, int blockValues, int blockBytes) {
        this.id = id;
        this.blockValues = blockValues;
        this.blockBytes = blockBytes;
    }

    /** The format with a number, or null if there is none. */
    static @Nullable GgmlType of(int id) {
        for (GgmlType type : values()) {
            if (type.id == id) {
                return type;
            }
        }
        return null;
    }

    boolean supported() {
        return blockValues > 0;
    }

    /** Values that share a block; a row of a tensor is a whole number of blocks. */
    int blockValues() {
        return blockValues;
    }

    int blockBytes() {
        return blockBytes;
    }

    /** Names of the formats that are read, for messages. */
    static String supportedNames() {
        return Arrays.stream(values())
                .filter(GgmlType::supported)
                .map(Enum::name)
                .collect(Collectors.joining(", "));
    }
}
