package org.kindred.datasets.forget;

import java.nio.file.Path;
import java.util.Set;

/**
 * The port for artefacts in a format of their own, for example a judge's cache. Implementations are
 * found by {@link java.util.ServiceLoader}; the first that handles a file gets it.
 */
public interface ArtefactEraser {

    /**
     * @param relative path below the folder, with slashes
     */
    boolean handles(String relative);

    /**
     * Removes what belongs to a person; afterwards the file must not hold it in free space either.
     *
     * @param ids of the person's rows, dialogues and items
     * @return what was done, without text or the person's id, for example {@code "12 rows"}; empty
     *     if the file held nothing of the person
     */
    String erase(Path file, String userId, Set<String> ids);
}
