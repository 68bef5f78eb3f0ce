package org.kindred.datasets;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one record of a file, not yet parsed.
 *
 * @param place number of the line from 1 (of the row from 0 in parquet, of the entry from 0 in a
 *     JSON array, of the data record from 1 in CSV)
 * @param ended false for a last record that the file breaks off
 * @param problem the reason why the bytes are not a whole record, or null
 */
public record RawRecord(long place, ByteBuffer bytes, boolean ended, @Nullable String problem) {

    /** Redacted, since the bytes are user text and must not reach logs. */
    @Override
    public String toString() {
        return "RawRecord[" + place + "]";
    }
}
