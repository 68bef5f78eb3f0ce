package org.kindred.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;

/** SHA-256 as lower-case hexadecimal digits. */
public final class Sha256 {

    private Sha256() {}

    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java has SHA-256", impossible);
        }
    }

    /** The digits of what was put in; the digest starts anew. */
    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The digits of a text with a line, in UTF-8 and ended by a line feed, for each item. */
    public static <T> String ofLines(List<T> items, Function<T, String> line) {
        MessageDigest digest = newDigest();
        for (T item : items) {
            digest.update((line.apply(item) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return hex(digest);
    }
}
