package org.kindred.policy.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * The one-to-one map of bytes to printable characters that byte-level BPE files are written in
 * (GPT-2): printable Latin-1 bytes stand for themselves, the others for U+0100 onwards.
 */
final class ByteAlphabet {
    private static final char[] CHARACTERS = new char[256];

    static {
        char next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xFF && b != 0xAD);
            CHARACTERS[b] = printable ? (char) b : next++;
        }
    }

    private ByteAlphabet() {}

    static char character(int unsignedByte) {
        return CHARACTERS[unsignedByte];
    }

    /** The unsigned bytes of a text in UTF-8. */
    static int[] bytes(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int[] bytes = new int[utf8.length];
        for (int i = 0; i < utf8.length; i++) {
            bytes[i] = utf8[i] & 0xFF;
        }
        return bytes;
    }
}
