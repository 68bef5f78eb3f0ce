package org.kindred.datasets;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What bytes hold, eight at a time: whether they are well-formed UTF-8 (Unicode, table 3-7), for
 * which the decoder of the platform takes an eighth of the time of an import, and whether JSON has
 * to escape some.
 */
public final class Utf8 {
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long EACH = 0x0101010101010101L;

    private Utf8() {}

    /** Whether the bytes of a range are well-formed UTF-8. */
    public static boolean isValid(byte[] bytes, int from, int to) {
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

    /** Whether a JSON string may hold these bytes as they are: no quote, backslash or control. */
    static boolean needsNoEscape(byte[] bytes, int from, int to) {
        long found = 0;
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            long eight = (long) EIGHT_BYTES.get(bytes, at);
            long quote = eight ^ EACH * '"';
            long backslash = eight ^ EACH * '\\';
            // the high bit of the lowest byte that is less than n is set in (x - n) & ~x
            found |=
                    (eight - EACH * ' ') & ~eight
                            | (quote - EACH) & ~quote
                            | (backslash - EACH) & ~backslash;
        }
        boolean none = (found & HIGH_BITS) == 0;
        for (; at < to; at++) {
            byte b = bytes[at];
            none &= b != '"' && b != '\\' && (b < 0 || b >= ' ');
        }
        return none;
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
