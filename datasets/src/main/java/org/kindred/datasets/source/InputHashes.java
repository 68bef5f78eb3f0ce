package org.kindred.datasets.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.KindredException;

/** SHA-256 of the files to read, and the promise that they stayed as they were. */
final class InputHashes {
    private static final int BUFFER_BYTES = 1 << 18;

    private record State(Path path, long bytes, FileTime modified) {
        static State of(Path path) throws IOException {
            return new State(path, Files.size(path), Files.getLastModifiedTime(path));
        }
    }

    private final Map<String, String> sha256 = new TreeMap<>();
    private final List<State> states = new ArrayList<>();

    private InputHashes() {}

    static InputHashes of(List<SourceFile> files, DatasetImport.Listener listener)
            throws IOException {
        InputHashes hashes = new InputHashes();
        for (SourceFile file : files) {
            hashes.states.add(State.of(file.path()));
        }
        long done = 0;
        for (SourceFile file : files) {
            MessageDigest digest = sha256Digest();
            byte[] buffer = new byte[BUFFER_BYTES];
            try (InputStream in = Files.newInputStream(file.path())) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    digest.update(buffer, 0, read);
                    done += read;
                    listener.step("hash", done, hashes.totalBytes());
                }
            }
            String hash = HexFormat.of().formatHex(digest.digest());
            if (hashes.sha256.put(file.name(), hash) != null) {
                throw new KindredException(
                        "two files are named "
                                + file.name()
                                + ": give the folder above both, so that reports can tell them"
                                + " apart");
            }
        }
        return hashes;
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Hexadecimal hashes by the name of the file. */
    Map<String, String> sha256() {
        return sha256;
    }

    long bytes(SourceFile file) {
        return states.stream()
                .filter(state -> state.path().equals(file.path()))
                .mapToLong(State::bytes)
                .sum();
    }

    long totalBytes() {
        return states.stream().mapToLong(State::bytes).sum();
    }

    /**
     * @throws KindredException if a file was written to since it was hashed
     */
    void requireUnchanged() throws IOException {
        for (State state : states) {
            if (!State.of(state.path()).equals(state)) {
                throw new KindredException(
                        state.path()
                                + " was changed while it was read; import it again when it is at"
                                + " rest");
            }
        }
    }
}
