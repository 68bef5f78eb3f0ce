package org.kindred.datasets.source;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records put aside on disk and read back group by group, for formats whose files scatter what
 * belongs together. Each record points back to the one before it in its group, so that memory holds
 * one number a group. The file is removed on closing.
 */
final class GroupedSpill implements AutoCloseable {
    private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

    private final Path file;
    private final DataOutputStream out;
    private final Map<String, Long> last = new LinkedHashMap<>();
    private long length;

    /** Takes a group. */
    @FunctionalInterface
    interface Visitor {
        void visit(String group, List<byte[]> records) throws IOException;
    }

    GroupedSpill(Path folder) throws IOException {
        this.file = Files.createTempFile(folder, ".grouped-", ".tmp");
        this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
    }

    void add(String group, byte[] record) throws IOException {
        Long previous = last.put(group, length);
        out.writeLong(previous == null ? -1 : previous);
        out.writeInt(record.length);
        out.write(record);
        length += HEADER_BYTES + record.length;
    }

    /** All groups in the order of their first record, records in the order they came. */
    void forEachGroup(Visitor visitor) throws IOException {
        out.flush();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (Map.Entry<String, Long> group : last.entrySet()) {
                List<byte[]> records = new ArrayList<>();
                long at = group.getValue();
                while (at >= 0) {
                    ByteBuffer header = read(channel, at, HEADER_BYTES);
                    long previous = header.getLong();
                    records.add(read(channel, at + HEADER_BYTES, header.getInt()).array());
                    at = previous;
                }
                Collections.reverse(records);
                visitor.visit(group.getKey(), records);
            }
        }
    }

    private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new IOException("the temporary file was cut while it was in use");
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        out.close();
        Files.deleteIfExists(file);
    }
}
