package org.kindred.datasets.split;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Manifest;
import org.kindred.datasets.Progress;
import org.kindred.datasets.Sha256;
import org.kindred.datasets.source.DataSource;

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
    public record State(String name, String source, String sha256, long rows) {}

    /** Reads a canonical folder, or one file of preferences. */
    public static SourceData read(String name, Path folder) {
        return of(name, folder, CanonicalReader.read(folder));
    }

    /** Likewise; published data are imported into the work folder first. */
    public static SourceData read(
            String name, DataSource source, Path workFolder, Progress progress) {
        return of(name, source.rows(workFolder), source.read(workFolder, progress));
    }

    private static SourceData of(String name, Path folder, CanonicalReader.Loaded loaded) {
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
            return Sha256.of(entries.filter(SourceData::holdsRows).sorted().toList());
        } catch (IOException e) {
            throw AtomicFiles.failure("hashing", folder, e);
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
