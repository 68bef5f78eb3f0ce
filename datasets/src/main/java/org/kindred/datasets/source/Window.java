package org.kindred.datasets.source;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.ZipException;
import org.kindred.datasets.ByteSource;

/**
 * The bytes from the start of the current record on, as many as were asked for, so that a reader
 * can look ahead and, when a record turns out to be damaged, start again behind it.
 */
final class Window {
    static final int MAX_BYTES = 16 << 20;
    private static final int STEP = 1 << 16;

    private final ByteSource in;
    private byte[] bytes = new byte[STEP];
    private int start;
    private int end;
    private boolean finished;
    private boolean damaged;

    Window(ByteSource in) {
        this.in = in;
    }

    /** The byte at an offset from the start of the record; -1 behind the end of the file. */
    int at(int offset) throws IOException {
        while (start + offset >= end) {
            if (finished || !fill()) {
                return -1;
            }
        }
        return bytes[start + offset] & 0xFF;
    }

    /** Starts the next record {@code count} bytes later. */
    void advance(int count) {
        start += count;
    }

    byte[] copy(int from, int to) {
        return Arrays.copyOfRange(bytes, start + from, start + to);
    }

    byte[] array() {
        return bytes;
    }

    /** Where an offset lies in {@link #array()}, until the next call of {@link #at}. */
    int index(int offset) {
        return start + offset;
    }

    /** Offset behind the last byte that is in memory. */
    int loaded() {
        return end - start;
    }

    /** Whether compressed bytes broke off damaged. */
    boolean isDamaged() {
        return damaged;
    }

    private boolean fill() throws IOException {
        if (start > 0) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        int read;
        try {
            read = in.read(bytes, end, bytes.length - end);
        } catch (EOFException | ZipException e) {
            damaged = true;
            read = -1;
        }
        finished = read <= 0;
        end += Math.max(0, read);
        return !finished;
    }
}
