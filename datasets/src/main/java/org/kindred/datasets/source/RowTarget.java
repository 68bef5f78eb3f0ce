package org.kindred.datasets.source;

import java.io.IOException;
import org.kindred.datasets.Quarantined;

/** Where what was read goes; called on one thread, in the order of the files. */
interface RowTarget {
    void accept(SourceFile file, Rows rows, EncodedRows encoded) throws IOException;

    void setAside(SourceFile file, Quarantined record) throws IOException;

    void blank(SourceFile file, long line);
}
