package org.kindred.policy.gguf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.FolderLock;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.StorageType;

/**
 * Folders of models that users name as a GGUF file, for commands that leave no model behind: each
 * file is converted once per process, in float32, into the system's folder for temporary files.
 * They go when the process ends; what a killed process left goes with the next conversion.
 */
public final class ConvertedModels {
    private static final String PREFIX = "kindred-gguf-";
    private static final String LOCK = "in-use.lock";
    private static final Duration UNLOCKED_AT_FIRST = Duration.ofMinutes(1);
    private static final ReentrantLock MAKING = new ReentrantLock();
    private static final Map<String, Made> MADE = new HashMap<>();

    private record Made(Path root, FolderLock lock) {
        Path model() {
            return root.resolve("model");
        }
    }

    private ConvertedModels() {}

    /**
     * The folder of a model: the path itself, or where a GGUF file was converted to.
     *
     * @throws KindredException if the file cannot be converted
     */
    public static Path folder(Path model) {
        if (!GgufConverter.isGguf(model)) {
            return model;
        }
        MAKING.lock();
        try {
            String key =
                    model.toRealPath()
                            + " "
                            + Files.size(model)
                            + " "
                            + Files.getLastModifiedTime(model);
            Made made = MADE.get(key);
            if (made == null) {
                made = make(model);
                MADE.put(key, made);
            }
            return made.model();
        } catch (IOException e) {
            throw AtomicFiles.failure("converting", model, e);
        } finally {
            MAKING.unlock();
        }
    }

    private static Made make(Path file) throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        removeLeft(temporary);
        if (MADE.isEmpty()) {
            Runtime.getRuntime().addShutdownHook(new Thread(ConvertedModels::removeAll));
        }
        Path root = Files.createTempDirectory(temporary, PREFIX);
        FolderLock lock = FolderLock.take(root, LOCK, "or name another model.");
        Made made = new Made(root, lock);
        try {
            GgufConverter.convert(file, made.model(), StorageType.F32);
            return made;
        } catch (RuntimeException e) {
            remove(made);
            throw e;
        }
    }

    /**
     * Removes all folders of this process; models that are loaded no longer need theirs. Does not
     * wait for a conversion: what an interrupted one leaves goes with the next.
     */
    public static void removeAll() {
        if (MAKING.tryLock()) {
            try {
                MADE.values().forEach(ConvertedModels::remove);
                MADE.clear();
            } finally {
                MAKING.unlock();
            }
        }
    }

    private static void remove(Made made) {
        AtomicFiles.remove(made.model());
        made.lock().close();
        AtomicFiles.remove(made.root());
    }

    /** A folder that nobody holds, and that is no longer being made, is a killed process's. */
    private static void removeLeft(Path temporary) throws IOException {
        FileTime newest = FileTime.from(Clock.systemUTC().instant().minus(UNLOCKED_AT_FIRST));
        List<Path> left;
        try (Stream<Path> entries = Files.list(temporary)) {
            left =
                    entries.filter(e -> String.valueOf(e.getFileName()).startsWith(PREFIX))
                            .filter(e -> Files.isDirectory(e) && Files.isWritable(e))
                            // To close a second handle on one's own lock would free it.
                            .filter(e -> MADE.values().stream().noneMatch(m -> m.root().equals(e)))
                            .toList();
        }
        for (Path folder : left) {
            if (Files.getLastModifiedTime(folder).compareTo(newest) < 0 && isFree(folder)) {
                AtomicFiles.remove(folder);
            }
        }
    }

    private static boolean isFree(Path folder) {
        try {
            FolderLock.take(folder, LOCK, "").close();
            return true;
        } catch (KindredException held) {
            return false;
        }
    }
}
