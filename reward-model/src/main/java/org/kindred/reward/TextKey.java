package org.kindred.reward;

import org.kindred.datasets.Sha256;

/** Names a text without holding it: the first 128 bits of its SHA-256, as 32 hexadecimal digits. */
public final class TextKey {
    private static final int DIGITS = 32;

    private TextKey() {}

    public static String of(String text) {
        return Sha256.of(text).substring(0, DIGITS);
    }
}
