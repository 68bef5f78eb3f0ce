package org.kindred.datasets;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** The physical lines of a plain or gzip file as bytes, without line ends and byte order mark. */
final class TextLines implements AutoCloseable {

    static final int MAX_LINE_BYTES = 64 << 20;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /**
     * @param number from 1
     * @param ended false for a last line without line end
     * @param problem the reason why the bytes are not the whole line, or null
     */
    record Line(long number, ByteBuffer bytes, boolean ended, @Nullable String problem) {}

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long count;
    private boolean finished;

    private TextLines(InputStream in) {
        this.in = in;
    }

    static TextLines open(Path file) throws IOException {
        InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        try {
            raw.mark(2);
            boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            if (!gzip) {
                return new TextLines(raw);
            }
            try {
                return new TextLines(new GZIPInputStream(raw, BUFFER_BYTES));
            } catch (EOFException | ZipException e) {
                return new TextLines(new DamagedStream(raw));
            }
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /** The next line, or null at the end. */
    @Nullable Line next() throws IOException {
        if (finished) {
            return null;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean tooLong = false;
        try {
            while (true) {
                if (position == limit && !fill()) {
                    finished = true;
                    return line.size() == 0 && !tooLong ? null : line(line, false, tooLong);
                }
                int end = position;
                while (end < limit && buffer[end] != '\n') {
                    end++;
                }
                if (line.size() + (end - position) > MAX_LINE_BYTES) {
                    tooLong = true;
                    line.reset();
                } else if (!tooLong) {
                    line.write(buffer, position, end - position);
                }
                boolean ended = end < limit;
                position = ended ? end + 1 : end;
                if (ended) {
                    return line(line, true, tooLong);
                }
            }
        } catch (EOFException | ZipException e) {
            finished = true;
            return new Line(++count, ByteBuffer.allocate(0), false, "bad_gzip");
        }
    }

    /** Lines so far, blank ones included. */
    long count() {
        return count;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }

    private Line line(ByteArrayOutputStream collected, boolean ended, boolean tooLong) {
        count++;
        if (tooLong) {
            return new Line(count, ByteBuffer.allocate(0), ended, "line_too_long");
        }
        byte[] bytes = collected.toByteArray();
        int start = count == 1 && startsWithMark(bytes) ? BYTE_ORDER_MARK.length : 0;
        int end = bytes.length;
        if (ended && end > start && bytes[end - 1] == '\r') {
            end--;
        }
        return new Line(count, ByteBuffer.wrap(bytes, start, end - start), ended, null);
    }

    private static boolean startsWithMark(byte[] bytes) {
        return bytes.length >= BYTE_ORDER_MARK.length
                && Arrays.equals(
                        bytes,
                        0,
                        BYTE_ORDER_MARK.length,
                        BYTE_ORDER_MARK,
                        0,
                        BYTE_ORDER_MARK.length);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Stands for a compressed file whose header is already broken. */
    private static final class DamagedStream extends InputStream {
        private final InputStream raw;

        DamagedStream(InputStream raw) {
            this.raw = raw;
        }

        @Override
        public int read() throws IOException {
            throw new ZipException("damaged header");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            throw new ZipException("damaged header");
        }

        @Override
        public void close() throws IOException {
            raw.close();
        }
    }
}
