package org.kindred.datasets;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The records of one file in order, whatever container they come in. The caller closes it. */
public interface RawRecords extends AutoCloseable {

    /** The next record, or null at the end. */
    @Nullable RawRecord next() throws IOException;

    /** Records so far; in a file of lines the blank ones count too. */
    long count();

    /** Bytes of the file that were read so far, before decompression. */
    long bytesRead();

    @Override
    void close() throws IOException;
}
