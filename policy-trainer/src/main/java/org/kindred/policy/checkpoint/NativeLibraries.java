package org.kindred.policy.checkpoint;

import ai.djl.engine.EngineException;
import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.kindred.datasets.KindredException;

/**
 * Native libraries, which the engine unpacks from its jars into a folder of the machine before it
 * loads them. What goes wrong there is a matter of that folder, not of any file of the user.
 */
public final class NativeLibraries {
    private static final String FOLDER = "DJL_CACHE_DIR";

    private NativeLibraries() {}

    /**
     * Loads a library.
     *
     * @param library its name, for messages
     * @throws KindredException naming the folder, and how to set another
     */
    public static <T> T load(String library, Supplier<T> loading) {
        try {
            return loading.get();
        } catch (EngineException | IllegalStateException | LinkageError e) {
            Path folder = Utils.getEngineCacheDir();
            throw new KindredException(
                    "The native library of "
                            + library
                            + " could not be loaded from the folder for native libraries, "
                            + folder
                            + (isWritable(folder)
                                    ? " ("
                                            + reason(e)
                                            + "). Is there room on its disk? If there is, remove the"
                                            + " folder, which is filled again, or set "
                                            + FOLDER
                                            + " to another"
                                    : ": it cannot be written. Set "
                                            + FOLDER
                                            + " to a folder that can"),
                    e);
        }
    }

    private static boolean isWritable(Path folder) {
        try {
            Files.createDirectories(folder);
            return Files.isWritable(folder);
        } catch (IOException | SecurityException unwritable) {
            return false;
        }
    }

    /** What went wrong first. */
    private static String reason(Throwable failure) {
        Throwable first = failure;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        return first.getClass().getSimpleName()
                + (first.getMessage() == null ? "" : ": " + first.getMessage());
    }
}
