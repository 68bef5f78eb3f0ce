package org.kindred.policy.checkpoint;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.KindredException;

/**
 * Writes a file so that a reader finds the old content or the new one, whenever the process or the
 * machine dies: temporary file in the same folder, fsync, rename, fsync of the folder.
 */
public final class DurableFile {
    private DurableFile() {}

    /** Writes the content to an open channel, from position 0. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Creates or replaces {@code target}; its folder must exist.
     *
     * @throws KindredException if anything could not be written; {@code target} is then as before
     */
    public static void write(Path target, Content content) {
        Path folder = target.toAbsolutePath().getParent();
        Path temporary = folder.resolve(target.getFileName() + ".tmp");
        try {
            try (FileChannel channel =
                    AtomicFiles.open(
                            temporary,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(
                    temporary,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            syncFolder(folder);
        } catch (IOException e) {
            deleteLeftover(temporary, e);
            throw new KindredException(
                    target + ": could not be written (" + e + "); check free space and permissions",
                    e);
        } catch (RuntimeException e) {
            deleteLeftover(temporary, e);
            throw e;
        }
    }

    /** As {@link #write(Path, Content)} with the bytes at hand. */
    public static void write(Path target, byte[] bytes) {
        write(target, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
    }

    static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void syncFolder(Path folder) throws IOException {
        if (File.separatorChar == '\\') {
            return; // Windows has no handle on a folder that could be synced
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void deleteLeftover(Path temporary, Exception cause) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
