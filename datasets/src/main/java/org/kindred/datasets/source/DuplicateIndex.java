package org.kindred.datasets.source;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.zip.CRC32C;
import org.kindred.datasets.Sha256;

/**
 * Which keys were there before, and with the same content or another. Holds 20 bytes a slot and
 * fills at most 4 slots of 5, so between 25 and 38 bytes a key.
 *
 * <p>Keys are told apart by the first 128 bits of a SHA-256, contents by a CRC-32C: two different
 * keys are never mixed up in practice, and a conflict is taken for a plain duplicate once in four
 * thousand million.
 */
final class DuplicateIndex {
    private static final int FIRST_CAPACITY = 1 << 10;
    private static final double GROWTH = 1.5;

    /** What is known of a key. */
    enum Seen {
        NEVER,
        WITH_SAME_CONTENT,
        WITH_OTHER_CONTENT
    }

    /** A key as it is compared. */
    record Hash(long high, long low) {
        static Hash of(Rows.Key key) {
            MessageDigest digest = Sha256.newDigest();
            digest.update(key.space().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            ByteBuffer bytes =
                    ByteBuffer.wrap(digest.digest(key.value().getBytes(StandardCharsets.UTF_8)));
            long high = bytes.getLong();
            return new Hash(high == 0 ? 1 : high, bytes.getLong()); // 0 marks a free slot
        }
    }

    private long[] high = new long[FIRST_CAPACITY];
    private long[] low = new long[FIRST_CAPACITY];
    private int[] content = new int[FIRST_CAPACITY];
    private int size;

    /** The fingerprint of a record's bytes. */
    static int content(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.duplicate());
        return (int) checksum.getValue();
    }

    Seen find(Hash key, int itsContent) {
        int slot = slot(key);
        if (high[slot] == 0) {
            return Seen.NEVER;
        }
        return content[slot] == itsContent ? Seen.WITH_SAME_CONTENT : Seen.WITH_OTHER_CONTENT;
    }

    void add(Hash key, int itsContent) {
        if (5L * (size + 1) > 4L * high.length) {
            grow();
        }
        int slot = slot(key);
        if (high[slot] == 0) {
            size++;
        }
        high[slot] = key.high();
        low[slot] = key.low();
        content[slot] = itsContent;
    }

    int size() {
        return size;
    }

    private int slot(Hash key) {
        int slot = (int) (((key.low() >>> 32) * high.length) >>> 32);
        while (high[slot] != 0 && (high[slot] != key.high() || low[slot] != key.low())) {
            slot = slot + 1 == high.length ? 0 : slot + 1;
        }
        return slot;
    }

    private void grow() {
        long[] oldHigh = high;
        long[] oldLow = low;
        int[] oldContent = content;
        int capacity = (int) Math.min(Integer.MAX_VALUE - 8, (long) (GROWTH * high.length));
        high = new long[capacity];
        low = new long[capacity];
        content = new int[capacity];
        for (int i = 0; i < oldHigh.length; i++) {
            if (oldHigh[i] != 0) {
                int slot = slot(new Hash(oldHigh[i], oldLow[i]));
                high[slot] = oldHigh[i];
                low[slot] = oldLow[i];
                content[slot] = oldContent[i];
            }
        }
    }
}
