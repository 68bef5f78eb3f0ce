package org.kindred.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.kindred.datasets.AtomicFiles;

/**
 * A file that grows at its end. Writing and flushing to the disk are two steps, so that requests
 * that write at the same time wait for one flush together.
 */
final class AppendFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final Object flushing = new Object();
    private volatile long written;
    private long flushed; // guarded by flushing

    private AppendFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Opens or makes the file.
     *
     * @param length bytes that are kept; what stands behind them was never acknowledged
     */
    static AppendFile open(Path path, long length) {
        try {
            AtomicFiles.createFolders(path.toAbsolutePath().getParent());
            FileChannel channel =
                    AtomicFiles.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            AppendFile file = new AppendFile(path, channel);
            if (channel.size() == length) { // the rule: nothing was torn
                channel.position(length);
                file.written = length;
            } else {
                file.truncate(length);
            }
            return file;
        } catch (IOException e) {
            throw AtomicFiles.failure("opening", path, e);
        }
    }

    /** Cuts the file to its first bytes, on the disk. */
    void truncate(long length) {
        try {
            channel.truncate(length);
            channel.position(length);
            channel.force(true);
            synchronized (flushing) {
                written = length;
                flushed = length;
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("truncating", path, e);
        }
    }

    /**
     * Writes at the end; one thread at a time. A failed write is taken back.
     *
     * @return what to {@link #flush} before anybody is told
     */
    long append(String lines) {
        long before = written;
        try {
            ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            written = channel.position();
            return written;
        } catch (IOException e) {
            truncate(before);
            throw AtomicFiles.failure("writing", path, e);
        }
    }

    /** Returns when the bytes before {@code position} are on the disk; from any thread. */
    void flush(long position) {
        synchronized (flushing) {
            if (flushed >= position || !channel.isOpen()) {
                return; // a file that was closed was flushed
            }
            long now = written;
            try {
                channel.force(false);
            } catch (IOException e) {
                throw AtomicFiles.failure("flushing", path, e);
            }
            flushed = now;
        }
    }

    long length() {
        return written;
    }

    @Override
    public void close() {
        flush(written);
        try {
            channel.close();
        } catch (IOException e) {
            throw AtomicFiles.failure("closing", path, e);
        }
    }
}
