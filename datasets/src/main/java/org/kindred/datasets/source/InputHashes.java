package org.kindred.datasets.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Sha256;

/**
 * SHA-256 of the files to read, and the promise that they stayed as they were. Hashed when they are
 * first asked for, or meanwhile on a thread of their own.
 */
final class InputHashes implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private record State(Path path, long bytes, FileTime modified) {
        static State of(Path path) throws IOException {
            return new State(path, Files.size(path), Files.getLastModifiedTime(path));
        }
    }

    private final List<SourceFile> files;
    private final List<State> states = new ArrayList<>();
    private final DatasetImport.Listener listener;
    private final FutureTask<Map<String, String>> hashing;
    private volatile boolean meanwhile;

    /**
     * @param listener told how far hashing is, unless it goes on meanwhile
     * @throws KindredException if two files have one name
     */
    InputHashes(List<SourceFile> files, DatasetImport.Listener listener) throws IOException {
        this.files = files;
        this.listener = listener;
        hashing = new FutureTask<>(this::hash);
        Set<String> names = new HashSet<>();
        for (SourceFile file : files) {
            states.add(State.of(file.path()));
            if (!names.add(file.name())) {
                throw new KindredException(
                        "two files are named "
                                + file.name()
                                + ": give the folder above both, so that reports can tell them"
                                + " apart");
            }
        }
    }

    /** Begins to hash on another thread. */
    void start() {
        meanwhile = true;
        Thread thread = new Thread(hashing, "hash");
        thread.setDaemon(true);
        thread.start();
    }

    private Map<String, String> hash() throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        long done = 0;
        for (SourceFile file : files) {
            MessageDigest digest = Sha256.newDigest();
            byte[] buffer = new byte[BUFFER_BYTES];
            try (InputStream in = Files.newInputStream(file.path())) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    digest.update(buffer, 0, read);
                    done += read;
                    if (!meanwhile) {
                        listener.step("hash", done, totalBytes());
                    }
                }
            }
            hashes.put(file.name(), Sha256.hex(digest));
        }
        return hashes;
    }

    /**
     * Hexadecimal hashes by the name of the file.
     *
     * @throws KindredException if a file was written to since this was made, whether before or
     *     after it was hashed
     */
    Map<String, String> sha256() throws IOException {
        hashing.run(); // nothing if it is under way or done
        try {
            Map<String, String> hashes = hashing.get();
            requireUnchanged();
            return hashes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the input was hashed", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure
                    ? failure
                    : new IOException("the input cannot be hashed", e.getCause());
        }
    }

    @Override
    public void close() {
        hashing.cancel(true);
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

    private void requireUnchanged() throws IOException {
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
