package org.kindred.datasets.source;

import java.io.IOException;
import java.util.List;

/**
 * The port of a reader: a published data set, the kinds of files it comes in, and how they become
 * canonical rows.
 */
public interface SourceFormat {

    /** Name on the command line, licence, warnings. */
    SourceCard card();

    /** Kinds of files, in the order in which they have to be read. */
    List<Layout> layouts();

    /**
     * Reads the files, which {@link SourceFiles} found and sorted by layout.
     *
     * @throws IOException if the disk fails
     */
    default void read(List<SourceFile> files, Intake intake) throws IOException {
        for (SourceFile file : files) {
            intake.read(file, rows -> {});
        }
    }
}
