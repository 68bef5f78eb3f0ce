package org.kindred.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;

/** SHA-256 as 64 lower-case hexadecimal digits. */
public final class Sha256 {

    private Sha256() {}

    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The digits of what was put in; the digest starts anew. */
    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The digits of a text in UTF-8. */
    public static String of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(newDigest().digest(bytes));
    }

    /** The digits of a file, read as a stream. */
    public static String of(Path file) throws IOException {
        return of(List.of(file));
    }

    /** The digits of files put one after the other. */
    public static String of(List<Path> files) throws IOException {
        MessageDigest digest = newDigest();
        for (Path file : files) {
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        }
        return hex(digest);
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
