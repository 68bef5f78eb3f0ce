package org.kindred.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Sha256;
import org.kindred.policy.checkpoint.StorageType;
import org.kindred.policy.gguf.GgufConverter;

/**
 * The model that a run starts from. A GGUF file is converted once, in float32, to a folder that the
 * run keeps beside the SHA-256 of the file; a recipe goes on where the file is gone.
 */
final class KeptModel {
    private static final String HASH = "gguf.sha256";

    private KeptModel() {}

    /**
     * The folder to load.
     *
     * @param named folder or GGUF file, as the user gave it
     * @param kept where the run keeps what it makes of a file
     * @param note hears of a conversion
     * @throws KindredException if the run has already begun from another file
     */
    static Path folder(Path named, Path kept, Consumer<String> note) {
        Optional<String> before = hash(kept);
        if (!Files.exists(named) && before.isPresent()) {
            return kept;
        }
        if (!GgufConverter.isGguf(named)) {
            return named;
        }
        String hash = sum(named);
        if (before.isPresent()) {
            if (!before.get().equals(hash)) {
                throw new KindredException(
                        named
                                + ": its SHA-256 is "
                                + hash
                                + ", the run was begun from "
                                + before.get()
                                + " ("
                                + kept
                                + "). Put the file back, or start another run with --out");
            }
            return kept;
        }
        GgufConverter.convert(named, kept, StorageType.F32);
        AtomicFiles.writeText(kept.resolve(HASH), hash);
        Checksums.add(kept.resolve(HASH));
        note.accept(named + " (SHA-256 " + hash + ") was converted to " + kept + " in float32.");
        return kept;
    }

    /** The SHA-256 of the file that a folder was made from; empty for any other folder. */
    static Optional<String> hash(Path folder) {
        Path file = folder.resolve(HASH);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
    }

    private static String sum(Path file) {
        try {
            return Sha256.of(file);
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
    }
}
