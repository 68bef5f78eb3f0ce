package org.kindred.datasets;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** The physical lines of a plain or gzip file as bytes, without line ends and byte order mark. */
public final class TextLines implements RawRecords {

    static final int MAX_LINE_BYTES = 64 << 20;
    private static final int BUFFER_BYTES = 1 << 18;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;
    private static final long LINE_ENDS = '\n' * LOWEST_BITS;

    private final ByteSource in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long count;
    private boolean finished;

    private TextLines(ByteSource in) {
        this.in = in;
    }

    /** Opens a file; a damaged gzip header shows as a first record with {@code bad_gzip}. */
    public static TextLines open(Path file) throws IOException {
        return new TextLines(ByteSource.open(file));
    }

    @Override
    public @Nullable RawRecord next() throws IOException {
        if (finished) {
            return null;
        }
        ByteArrayOutputStream collected = null; // only for a line that crosses a buffer's end
        boolean tooLong = false;
        try {
            while (true) {
                if (position == limit && !fill()) {
                    finished = true;
                    return collected == null ? null : line(collected.toByteArray(), false, tooLong);
                }
                int start = position;
                int end = lineEnd(start);
                boolean ended = end < limit;
                position = ended ? end + 1 : end;
                if (ended && collected == null) {
                    return line(Arrays.copyOfRange(buffer, start, end), true, false);
                }
                if (collected == null) {
                    collected = new ByteArrayOutputStream(2 * (end - start));
                }
                if (collected.size() + (end - start) > MAX_LINE_BYTES) {
                    tooLong = true;
                    collected = new ByteArrayOutputStream(0);
                } else if (!tooLong) {
                    collected.write(buffer, start, end - start);
                }
                if (ended) {
                    return line(collected.toByteArray(), true, tooLong);
                }
            }
        } catch (EOFException | ZipException e) {
            finished = true;
            return new RawRecord(++count, ByteBuffer.allocate(0), false, "bad_gzip");
        }
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public long bytesRead() {
        return in.bytesRead();
    }

    /** Where the next line end stands, or the limit. Eight bytes at once, as far as there are. */
    private int lineEnd(int from) {
        int at = from;
        while (at + Long.BYTES <= limit) {
            long other = (long) EIGHT_BYTES.get(buffer, at) ^ LINE_ENDS; // a line end becomes 0
            long zeros = (other - LOWEST_BITS) & ~other & HIGHEST_BITS; // the lowest one is exact
            if (zeros != 0) {
                return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
            at += Long.BYTES;
        }
        while (at < limit && buffer[at] != '\n') {
            at++;
        }
        return at;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }

    private RawRecord line(byte[] bytes, boolean ended, boolean tooLong) {
        count++;
        if (tooLong) {
            return new RawRecord(count, ByteBuffer.allocate(0), ended, "line_too_long");
        }
        int start = count == 1 ? ByteSource.markLength(bytes) : 0;
        int end = bytes.length;
        if (ended && end > start && bytes[end - 1] == '\r') {
            end--;
        }
        return new RawRecord(count, ByteBuffer.wrap(bytes, start, end - start), ended, null);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
