package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;
import org.kindred.datasets.RejectedRecordException;

/**
 * One kind of file of a format: how it is cut into records, and what a record gives. An object of
 * this class serves one import, which opens its files one after the other.
 */
public interface Layout {

    /** For reports and keys, for example {@code prism-survey}. */
    String name();

    /** How many of the first records of a file look like this kind; damaged ones may mislead. */
    long matches(FileHead head);

    /** Opens a file; the caller closes it. */
    RawRecords open(Path file) throws IOException;

    /**
     * What a record gives, or null if it is blank. Pure; called by several threads.
     *
     * @throws RejectedRecordException if the record must be set aside
     */
    @Nullable Rows parse(RawRecord record) throws RejectedRecordException;

    /** The id of a record that was set aside, where it can be read. */
    @Nullable String id(RawRecord record);
}
