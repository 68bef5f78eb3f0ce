package org.kindred.policy.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.kindred.datasets.KindredException;

/** Reads little-endian numbers and strings of a file one after the other, never beyond its end. */
final class ByteCursor {
    private static final int WINDOW = 1 << 16;

    private final String file;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer window =
            ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long windowStart;

    /**
     * @param file name for errors
     * @param position of the first byte to read
     * @param size of the file
     */
    ByteCursor(String file, FileChannel channel, long position, long size) {
        this.file = file;
        this.channel = channel;
        this.size = size;
        windowStart = position;
    }

    /** Of the next byte, from the start of the file. */
    long position() {
        return windowStart + window.position();
    }

    long remaining() {
        return size - position();
    }

    int readByte(String what) {
        return need(1, what).get() & 0xFF;
    }

    int readShort(String what) {
        return need(2, what).getShort();
    }

    int readInt(String what) {
        return need(4, what).getInt();
    }

    long readLong(String what) {
        return need(8, what).getLong();
    }

    /**
     * A string with its length before it.
     *
     * @param most bytes that are allowed
     */
    String readString(String what, int most) {
        int length = stringLength(what, most);
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; ) {
            int piece = Math.min(length - at, WINDOW);
            need(piece, what).get(bytes, at, piece);
            at += piece;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw bad(what, "is not valid UTF-8");
        }
    }

    void skipString(String what, int most) {
        skip(stringLength(what, most), what);
    }

    void skip(long bytes, String what) {
        if (bytes > remaining()) {
            throw beyond(bytes, what);
        }
        long target = position() + bytes;
        if (target <= windowStart + window.limit()) {
            window.position((int) (target - windowStart));
        } else {
            windowStart = target;
            window.position(0).limit(0);
        }
    }

    private int stringLength(String what, int most) {
        long length = readLong(what);
        if (length < 0 || length > Math.min(most, remaining())) {
            throw bad(
                    what,
                    "length "
                            + Long.toUnsignedString(length)
                            + ", expected at most "
                            + Math.min(most, remaining())
                            + "; the file is cut off or damaged");
        }
        return (int) length;
    }

    private ByteBuffer need(int bytes, String what) {
        if (window.remaining() < bytes) {
            if (bytes > remaining()) {
                throw beyond(bytes, what);
            }
            fill();
        }
        return window;
    }

    private void fill() {
        windowStart = position();
        window.clear().limit((int) Math.min(WINDOW, size - windowStart));
        try {
            while (window.hasRemaining()) {
                if (channel.read(window, windowStart + window.position()) < 0) {
                    throw new IOException("the file became shorter while it was read");
                }
            }
        } catch (IOException e) {
            throw new KindredException(file + ": cannot be read (" + e + ")", e);
        }
        window.flip();
    }

    private KindredException beyond(long bytes, String what) {
        return bad(
                what,
                "needs "
                        + bytes
                        + " bytes at byte "
                        + position()
                        + ", the file has "
                        + remaining()
                        + " more; it is cut off or damaged");
    }

    private KindredException bad(String what, String problem) {
        return new KindredException(file + ": " + what + ": " + problem);
    }
}
