package org.kindred.datasets;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes a canonical folder that {@link CanonicalReader} reads back; equal input, equal bytes. */
public final class CanonicalWriter {

    private CanonicalWriter() {}

    /**
     * Writes the folder so that it is complete or absent. Files without rows are left out, except
     * that there always is one of preferences or tasks. The manifest's counts are filled in here.
     *
     * @throws KindredException if the folder has content already or cannot be written
     */
    public static void write(
            Path folder, PreferenceDataset dataset, List<Task> tasks, Manifest manifest) {
        AtomicFiles.writeFolder(folder, inside -> writeInto(inside, dataset, tasks, manifest));
    }

    /** Writes the files into a folder that somebody else makes atomic. */
    public static void writeInto(
            Path folder, PreferenceDataset dataset, List<Task> tasks, Manifest manifest)
            throws IOException {
        if (!dataset.users().isEmpty()) {
            writeLines(folder.resolve(CanonicalReader.USERS), dataset.users());
        }
        if (!dataset.preferences().isEmpty() || tasks.isEmpty()) {
            writeLines(folder.resolve(CanonicalReader.PREFERENCES), dataset.preferences());
        }
        if (!tasks.isEmpty()) {
            writeLines(folder.resolve(CanonicalReader.TASKS), tasks);
        }
        Map<String, Long> counts =
                Map.of(
                        "users",
                        (long) dataset.users().size(),
                        "preferences",
                        (long) dataset.preferences().size(),
                        "tasks",
                        (long) tasks.size());
        Json.write(folder.resolve(CanonicalReader.MANIFEST), manifest.withCounts(counts));
    }

    private static void writeLines(Path file, List<?> rows) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            for (Object row : rows) {
                Json.writeLine(out, row);
            }
        }
    }
}
