package org.kindred.policy.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.KindredException;
import org.kindred.policy.Sha256;
import org.kindred.policy.SnakeJson;

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
            entries.put(name, new Entry(Files.size(file), sha256(file)));
        }
        SnakeJson.write(folder.resolve(FILE), new CheckpointManifest(FORMAT, VERSION, entries));
    }

    /**
     * Checks every file that the manifest names.
     *
     * @throws KindredException if there is no manifest, or a file is missing or changed
     */
    static void verify(Path folder) {
        Path manifest = folder.resolve(FILE);
        SnakeJson.requireFormat(manifest, FORMAT, VERSION, WHAT);
        Map<String, Entry> files =
                SnakeJson.read(manifest, CheckpointManifest.class, false, WHAT).files();
        for (Map.Entry<String, Entry> expected : files.entrySet()) {
            Path file = folder.resolve(expected.getKey());
            try {
                boolean same =
                        Files.size(file) == expected.getValue().bytes()
                                && sha256(file).equals(expected.getValue().sha256());
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

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return Sha256.hex(digest);
    }
}
