package org.kindred.datasets;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Whether bytes are well-formed UTF-8 (Unicode, table 3-7), without decoding them: the decoder of
 * the platform takes an eighth of the time of an import, this a small part of that.
 */
final class Utf8 {
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long QUOTES = '"' * LOWEST_BITS;
    private static final long BACKSLASHES = '\\' * LOWEST_BITS;

    private Utf8() {}

    static boolean isValid(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (at + Long.BYTES <= to) {
                long high = (long) EIGHT_BYTES.get(bytes, at) & HIGH_BITS;
                if (high == 0) {
                    at += Long.BYTES;
                    continue;
                }
                at += Long.numberOfTrailingZeros(high) >>> 3; // the first that is not ASCII
            } else if (bytes[at] >= 0) {
                at++;
                continue;
            }
            int length = length(bytes, at, to);
            if (length == 0) {
                return false;
            }
            at += length;
        }
        return true;
    }

    /**
     * Whether the bytes can stand in JSON as they are: no quote, backslash or control character.
     */
    static boolean needsNoEscape(byte[] bytes) {
        int at = 0;
        while (at + Long.BYTES <= bytes.length) {
            long eight = (long) EIGHT_BYTES.get(bytes, at);
            long found =
                    below(eight, 0x20) | below(eight ^ QUOTES, 1) | below(eight ^ BACKSLASHES, 1);
            if (found != 0) {
                return false;
            }
            at += Long.BYTES;
        }
        while (at < bytes.length) {
            byte one = bytes[at++];
            if (one >= 0 && one < 0x20 || one == '"' || one == '\\') {
                return false;
            }
        }
        return true;
    }

    /** Not 0 if, and only if, one of eight bytes is below a value of at most 128. */
    private static long below(long eight, int value) {
        return (eight - LOWEST_BITS * value) & ~eight & HIGH_BITS;
    }

    /** Whether one of the bytes is this ASCII character. */
    static boolean contains(byte[] bytes, char wanted) {
        long eightWanted = wanted * LOWEST_BITS;
        int at = 0;
        while (at + Long.BYTES <= bytes.length) {
            if (below((long) EIGHT_BYTES.get(bytes, at) ^ eightWanted, 1) != 0) {
                return true;
            }
            at += Long.BYTES;
        }
        while (at < bytes.length) {
            if (bytes[at++] == wanted) {
                return true;
            }
        }
        return false;
    }

    /** Bytes of the character that begins here, which is not ASCII; 0 if it is malformed. */
    private static int length(byte[] bytes, int at, int to) {
        int first = bytes[at] & 0xFF;
        int second = at + 1 < to ? bytes[at + 1] & 0xFF : 0;
        if (first >= 0xC2 && first <= 0xDF) {
            return isContinuation(second) ? 2 : 0;
        }
        if (first >= 0xE0 && first <= 0xEF) {
            int least = first == 0xE0 ? 0xA0 : 0x80; // no longer form of a shorter character
            int most = first == 0xED ? 0x9F : 0xBF; // no half of a surrogate pair
            return second >= least && second <= most && isContinuation(bytes, at + 2, to) ? 3 : 0;
        }
        if (first >= 0xF0 && first <= 0xF4) {
            int least = first == 0xF0 ? 0x90 : 0x80;
            int most = first == 0xF4 ? 0x8F : 0xBF; // nothing above U+10FFFF
            return second >= least
                            && second <= most
                            && isContinuation(bytes, at + 2, to)
                            && isContinuation(bytes, at + 3, to)
                    ? 4
                    : 0;
        }
        return 0;
    }

    private static boolean isContinuation(byte[] bytes, int at, int to) {
        return at < to && isContinuation(bytes[at] & 0xFF);
    }

    private static boolean isContinuation(int value) {
        return (value & 0xC0) == 0x80;
    }
}
