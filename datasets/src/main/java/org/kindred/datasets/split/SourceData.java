package org.kindred.datasets.split;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Manifest;

/**
 * A data set that a split speaks of.
 *
 * @param name unique within the split
 * @param loaded its rows
 * @param state what is written down to know it again
 */
public record SourceData(String name, CanonicalReader.Loaded loaded, State state) {

    /**
     * @param sha256 over the files of rows, in the order of their names
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record State(
            String name, String source, @JsonProperty("sha256") String sha256, long rows) {}

    /** Reads a canonical folder, or one file of preferences. */
    public static SourceData read(String name, Path folder) {
        CanonicalReader.Loaded loaded = CanonicalReader.read(folder);
        Manifest manifest = loaded.manifest();
        long rows = loaded.dataset().preferences().size() + (long) loaded.tasks().size();
        return new SourceData(
                name,
                loaded,
                new State(name, manifest == null ? name : manifest.name(), hash(folder), rows));
    }

    private static String hash(Path folder) {
        try (Stream<Path> entries =
                Files.isDirectory(folder) ? Files.list(folder) : Stream.of(folder)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : entries.filter(SourceData::holdsRows).sorted().toList()) {
                try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw AtomicFiles.failure("hashing", folder, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static boolean holdsRows(Path file) {
        String name = String.valueOf(file.getFileName());
        return !name.startsWith(CanonicalReader.USERS)
                && (name.endsWith(".jsonl") || name.endsWith(".jsonl.gz"))
                && !name.startsWith("quarantine")
                && !name.startsWith("dropped");
    }
}
