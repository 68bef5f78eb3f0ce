package org.kindred.datasets;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A folder in the hands of one owner at a time, by a lock on a file inside it. The system frees it
 * when the process ends; the file stays, since removing it would let two owners in.
 */
public final class FolderLock implements AutoCloseable {
    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Takes the lock; the folder is made if need be. The caller closes it.
     *
     * @param otherwise what else the person can do, for the message
     * @throws KindredException if another process, or another owner in this one, has it
     */
    public static FolderLock take(Path folder, String file, String otherwise) {
        try {
            AtomicFiles.createFolders(folder);
            FileChannel channel =
                    AtomicFiles.open(
                            folder.resolve(file),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (!isFree(channel)) {
                channel.close();
                throw new KindredException(
                        folder + " is in use by another process; wait for it, " + otherwise);
            }
            return new FolderLock(folder, channel);
        } catch (IOException e) {
            throw AtomicFiles.failure("locking the folder", folder, e);
        }
    }

    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null; // held until the channel is closed
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw AtomicFiles.failure("unlocking the folder", folder, e);
        }
    }
}
