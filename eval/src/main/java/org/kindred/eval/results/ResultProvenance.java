package org.kindred.eval.results;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.options.OptionTree;

/** What results were made from, as hashes that let a reader check that two are comparable. */
public final class ResultProvenance {
    private ResultProvenance() {}

    /**
     * @param command that makes the results again
     * @param options as effective
     * @param data canonical folder, or one file of preferences
     */
    public static Map<String, String> of(String command, Record options, Path data) {
        return of(command, options, List.of(data));
    }

    /**
     * @param data folders and files, in the order in which they are read
     */
    public static Map<String, String> of(String command, Record options, List<Path> data) {
        return Map.of(
                "program", Results.program(),
                "command", command,
                "options_sha256",
                        HexFormat.of()
                                .formatHex(
                                        sha256().digest(
                                                        OptionTree.yaml(options)
                                                                .getBytes(StandardCharsets.UTF_8))),
                "data_sha256", hash(data));
    }

    /** Over the files of rows in the order of their names; users and manifest are not rows. */
    private static String hash(List<Path> data) {
        MessageDigest digest = sha256();
        for (Path source : data) {
            try {
                for (Path file : files(source)) {
                    update(digest, file);
                }
            } catch (IOException e) {
                throw AtomicFiles.failure("hashing", source, e);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
    }

    private static List<Path> files(Path data) throws IOException {
        if (!Files.isDirectory(data)) {
            return List.of(data);
        }
        try (Stream<Path> entries = Files.list(data)) {
            return entries.filter(
                            file -> {
                                String name = String.valueOf(file.getFileName());
                                return name.startsWith(CanonicalReader.PREFERENCES)
                                        || name.startsWith(CanonicalReader.TASKS);
                            })
                    .sorted()
                    .toList();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
