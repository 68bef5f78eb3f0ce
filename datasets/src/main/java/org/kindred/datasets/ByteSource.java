package org.kindred.datasets;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a file, decompressed if its first two bytes say gzip (one or several members). A
 * damaged gzip header shows when the first byte is read.
 */
public final class ByteSource extends InputStream {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final Counted file;

    private ByteSource(InputStream in, Counted file) {
        this.in = in;
        this.file = file;
    }

    public static ByteSource open(Path path) throws IOException {
        Counted counted = new Counted(Files.newInputStream(path));
        try {
            InputStream raw = new BufferedInputStream(counted, BUFFER_BYTES);
            raw.mark(2);
            boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            return new ByteSource(gzip ? decompressed(raw) : raw, counted);
        } catch (IOException e) {
            counted.close();
            throw e;
        }
    }

    private static InputStream decompressed(InputStream raw) throws IOException {
        try {
            return new GZIPInputStream(raw, BUFFER_BYTES);
        } catch (EOFException | ZipException e) {
            return new Damaged(raw);
        }
    }

    /** Bytes of the file that were read so far, before decompression. */
    public long bytesRead() {
        return file.count;
    }

    /** Length of the byte order mark that the bytes start with: 3 or 0. */
    public static int markLength(byte[] bytes) {
        for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
            if (i >= bytes.length || bytes[i] != BYTE_ORDER_MARK[i]) {
                return 0;
            }
        }
        return BYTE_ORDER_MARK.length;
    }

    @Override
    public int read() throws IOException {
        return in.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return in.read(target, offset, length);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private static final class Counted extends FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            count += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = in.read(target, offset, length);
            count += Math.max(0, read);
            return read;
        }
    }

    /** Stands for a compressed file whose header is already broken. */
    private static final class Damaged extends FilterInputStream {
        Damaged(InputStream raw) {
            super(raw);
        }

        @Override
        public int read() throws IOException {
            throw new ZipException("damaged header");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            throw new ZipException("damaged header");
        }
    }
}
