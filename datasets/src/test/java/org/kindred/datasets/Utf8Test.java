package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** The decoder of the platform is the oracle. */
final class Utf8Test {

    @Test
    void everyPairAndTripleOfInterestingBytes_agreesWithTheDecoder() {
        int[] edges = {
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF
        };
        int[] more = {0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
        byte[] all = new byte[edges.length + more.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (i < edges.length ? edges[i] : more[i - edges.length]);
        }
        for (byte a : all) {
            for (byte b : all) {
                for (byte c : all) {
                    agree(new byte[] {a, b, c});
                    agree(new byte[] {a, b, c, (byte) 0x80});
                    agree(new byte[] {'x', 'y', 'z', a, b, c, (byte) 0xBF, '8', '9', 'a'});
                }
            }
        }
    }

    @Property(seed = "20261122", tries = 500)
    void randomBytes_agreeWithTheDecoder(
            @ForAll @Size(max = 40) @ByteRange(min = Byte.MIN_VALUE) byte[] bytes) {
        agree(bytes);
    }

    @Property(seed = "20261122", tries = 300)
    void text_isValid_unlessItHoldsHalfAPair(@ForAll @StringLength(max = 60) String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(Utf8.isValid(bytes, 0, bytes.length)).isTrue();
    }

    @Test
    void everyByteAtEveryPlace_isEscapedIfJsonSaysSo() {
        for (int place = 0; place < 19; place++) {
            for (int value = Byte.MIN_VALUE; value <= Byte.MAX_VALUE; value++) {
                byte[] bytes = "abcdefgh!#[]~xyz\u007F12".getBytes(StandardCharsets.US_ASCII);
                bytes[place] = (byte) value;
                boolean escaped = value == '"' || value == '\\' || value >= 0 && value < ' ';
                assertThat(Utf8.needsNoEscape(bytes, 0, bytes.length)).isEqualTo(!escaped);
            }
        }
    }

    private static void agree(byte[] bytes) {
        assertThat(Utf8.isValid(bytes, 0, bytes.length)).isEqualTo(decodes(bytes));
    }

    private static boolean decodes(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
