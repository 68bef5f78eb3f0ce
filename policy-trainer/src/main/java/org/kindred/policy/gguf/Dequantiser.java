package org.kindred.policy.gguf;

import java.nio.ByteBuffer;
import org.kindred.policy.checkpoint.ReducedPrecision;

/**
 * Blocks of quantised values as float32, by ggml's formulas. d and m are a block's scale and
 * minimum (float16), q a small integer per value.
 *
 * <pre>
 * Q4_0, Q5_0, Q8_0   d (q - 8), d (q - 16), d q            32 values a block
 * Q4_1, Q5_1         d q + m
 * Q4_K, Q5_K         (d s) q - (dmin n)                    256 values, 6-bit s and n for each 32
 * Q6_K               (d s) (q - 32)                        256 values, 8-bit s for each 16
 * </pre>
 *
 * <p>Every product and sum is rounded to float32 once, in the order above, as ggml's own plain code
 * does; of 4-bit blocks the lower halves of all bytes come first.
 */
final class Dequantiser {
    private Dequantiser() {}

    /**
     * Decodes whole blocks.
     *
     * @param blocks little-endian, read from its position
     * @param out takes {@code values} numbers from {@code at}
     * @param values a multiple of the format's block
     */
    static void decode(GgmlType type, ByteBuffer blocks, float[] out, int at, int values) {
        int step = type.blockValues();
        byte[] block = new byte[type.blockBytes()];
        for (int i = at; i < at + values; i += step) {
            switch (type) {
                case F32 -> out[i] = blocks.getFloat();
                case F16 -> out[i] = half(blocks.getShort());
                case BF16 ->
                        out[i] =
                                Float.intBitsToFloat(
                                        ReducedPrecision.bfloat16ToFloat32Bits(blocks.getShort()));
                case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 -> {
                    blocks.get(block);
                    small(type, block, out, i);
                }
                case Q4_K, Q5_K -> {
                    blocks.get(block);
                    scaledAndShifted(type == GgmlType.Q5_K, block, out, i);
                }
                case Q6_K -> {
                    blocks.get(block);
                    sixBits(block, out, i);
                }
                default -> throw new IllegalArgumentException(type + " is not supported");
            }
        }
    }

    private static float half(short bits) {
        return Float.intBitsToFloat(ReducedPrecision.float16ToFloat32Bits(bits));
    }

    private static float half(byte[] block, int at) {
        return half((short) (unsigned(block, at) | unsigned(block, at + 1) << 8));
    }

    private static int unsigned(byte[] block, int at) {
        return block[at] & 0xFF;
    }

    /** Formats of 32 values: d, then m where there is one, then fifth bits, then the rest. */
    private static void small(GgmlType type, byte[] block, float[] out, int at) {
        float scale = half(block, 0);
        if (type == GgmlType.Q8_0) {
            for (int i = 0; i < 32; i++) {
                out[at + i] = scale * block[2 + i];
            }
            return;
        }
        boolean shifted = type == GgmlType.Q4_1 || type == GgmlType.Q5_1;
        boolean five = type == GgmlType.Q5_0 || type == GgmlType.Q5_1;
        float minimum = shifted ? half(block, 2) : 0;
        int next = shifted ? 4 : 2;
        int fifth = 0;
        if (five) {
            for (int i = 3; i >= 0; i--) {
                fifth = fifth << 8 | unsigned(block, next + i);
            }
            next += 4;
        }
        int centre = shifted ? 0 : five ? 16 : 8;
        for (int i = 0; i < 32; i++) {
            int packed = unsigned(block, next + i % 16);
            int q = (i < 16 ? packed & 0xF : packed >> 4) | (fifth >>> i & 1) << 4;
            out[at + i] = shifted ? q * scale + minimum : (q - centre) * scale;
        }
    }

    /**
     * Q4_K: d, dmin, 12 bytes of scales and minima, 128 of quants; Q5_K: 32 of fifth bits before.
     */
    private static void scaledAndShifted(boolean five, byte[] block, float[] out, int at) {
        float scale = half(block, 0);
        float minimum = half(block, 2);
        int quants = five ? 48 : 16;
        for (int part = 0; part < 8; part++) { // 32 values each
            float d = scale * sixBitScale(block, part);
            float m = minimum * sixBitMinimum(block, part);
            for (int i = 0; i < 32; i++) {
                int packed = unsigned(block, quants + part / 2 * 32 + i);
                int q = part % 2 == 0 ? packed & 0xF : packed >> 4;
                if (five) {
                    q |= (unsigned(block, 16 + i) >> part & 1) << 4;
                }
                out[at + part * 32 + i] = d * q - m;
            }
        }
    }

    /** Of parts 0 to 3 in the low six bits; of 4 to 7 in pieces of four and two bits. */
    private static int sixBitScale(byte[] block, int part) {
        return part < 4
                ? unsigned(block, 4 + part) & 63
                : unsigned(block, 8 + part) & 0xF | unsigned(block, part) >> 6 << 4;
    }

    private static int sixBitMinimum(byte[] block, int part) {
        return part < 4
                ? unsigned(block, 8 + part) & 63
                : unsigned(block, 8 + part) >> 4 | unsigned(block, 4 + part) >> 6 << 4;
    }

    /** 128 bytes of lower four bits, 64 of upper two, 16 signed scales, d. */
    private static void sixBits(byte[] block, float[] out, int at) {
        float scale = half(block, 208);
        for (int i = 0; i < 256; i++) {
            int half = i / 128;
            int quarter = i % 128 / 32;
            int low = unsigned(block, half * 64 + quarter % 2 * 32 + i % 32);
            int high = unsigned(block, 128 + half * 32 + i % 32) >> 2 * quarter & 3;
            int q = (quarter < 2 ? low & 0xF : low >> 4) | high << 4;
            out[at + i] = scale * block[192 + i / 16] * (q - 32);
        }
    }
}
