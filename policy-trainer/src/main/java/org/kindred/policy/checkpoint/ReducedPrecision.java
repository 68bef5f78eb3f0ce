package org.kindred.policy.checkpoint;

/**
 * Half formats as bit patterns. Everything works on {@code int} bits, because a {@code float} on
 * its way through a register may lose the payload of a NaN.
 */
public final class ReducedPrecision {
    private ReducedPrecision() {}

    /** bfloat16 to float32; exact, since bfloat16 is the upper half of a float32. */
    public static int bfloat16ToFloat32Bits(short bits) {
        return bits << 16;
    }

    /**
     * float32 to bfloat16, to nearest with ties to even; NaN stays NaN, overflow gives infinity.
     */
    static short float32BitsToBfloat16(int bits) {
        if ((bits & 0x7FFFFFFF) > 0x7F800000) {
            // The quiet bit: a NaN whose payload sits low must not become infinity.
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    /** IEEE binary16 to float32; exact. */
    public static int float16ToFloat32Bits(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1F;
        int mantissa = bits & 0x3FF;
        if (exponent == 0x1F) {
            return sign | 0x7F800000 | (mantissa << 13);
        }
        if (exponent == 0) {
            // Zero and subnormals: mantissa * 2^-24, a normal float32.
            return sign | Float.floatToRawIntBits(mantissa * 0x1p-24f);
        }
        return sign | ((exponent + 112) << 23) | (mantissa << 13); // 112 = 127 - 15, the two biases
    }

    /** float32 to IEEE binary16, to nearest with ties to even; overflow gives infinity. */
    static short float32BitsToFloat16(int bits) {
        int sign = bits >>> 16 & 0x8000;
        int size = bits & 0x7FFFFFFF;
        if (size > 0x7F800000) {
            return (short) (sign | 0x7E00 | size >>> 13 & 0x3FF); // the quiet bit, as above
        }
        if (size >= 0x47800000) { // 2^16
            return (short) (sign | 0x7C00);
        }
        if (size < 0x38800000) { // below 2^-14: a multiple of 2^-24
            float multiple = Float.intBitsToFloat(size) * 0x1p24f; // exact, and below 2^10
            return (short) (sign | (int) Math.rint(multiple));
        }
        // A carry out of the mantissa raises the exponent, up to infinity: the right rounding.
        int rounded = size + 0xFFF + (size >>> 13 & 1);
        return (short) (sign | (rounded >>> 13) - (112 << 10));
    }
}
