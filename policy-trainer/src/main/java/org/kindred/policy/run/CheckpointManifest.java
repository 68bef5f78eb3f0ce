package org.kindred.policy.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Sha256;

/**
 * Size and SHA-256 of every file of a checkpoint; written last, checked before anything is read.
 *
 * @param files by path below the checkpoint, with {@code /}
 */
record CheckpointManifest(String format, int version, Map<String, Entry> files) {
    static final String FILE = "trainer/manifest.json";
    private static final String FORMAT = "kindred-checkpoint";
    private static final int VERSION = 1;
    private static final String WHAT = "the manifest";

    /** What a file must be. */
    record Entry(long bytes, String sha256) {}

    /** Describes the files of a folder in a file of that folder. */
    static void write(Path folder) throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            String name = folder.relativize(file).toString().replace('\\', '/');
            entries.put(name, new Entry(Files.size(file), Sha256.of(file)));
        }
        Json.write(folder.resolve(FILE), new CheckpointManifest(FORMAT, VERSION, entries));
    }

    /**
     * Checks every file that the manifest names.
     *
     * @throws KindredException if there is no manifest, or a file is missing or changed
     */
    static void verify(Path folder) {
        Path manifest = folder.resolve(FILE);
        Json.requireFormat(manifest, FORMAT, VERSION, WHAT);
        Map<String, Entry> files = Json.readWhole(manifest, CheckpointManifest.class, WHAT).files();
        for (Map.Entry<String, Entry> expected : files.entrySet()) {
            Path file = folder.resolve(expected.getKey());
            try {
                boolean same =
                        Files.size(file) == expected.getValue().bytes()
                                && Sha256.of(file).equals(expected.getValue().sha256());
                if (!same) {
                    throw new KindredException(
                            "Checkpoint "
                                    + folder
                                    + ": "
                                    + expected.getKey()
                                    + " is not the file that was saved; use another checkpoint");
                }
            } catch (IOException e) {
                throw AtomicFiles.failure("reading a file of the checkpoint", file, e);
            }
        }
    }
}
