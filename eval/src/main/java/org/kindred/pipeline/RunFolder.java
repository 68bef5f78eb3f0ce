package org.kindred.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;

/**
 * The folder of one run: its options, where it came from, and which stages are finished.
 *
 * <p>One process at a time owns it (a lock on {@code run.lock}). A stage counts as finished only
 * after {@code state.json} says so; what an interrupted stage left is removed before the stage runs
 * again.
 */
public final class RunFolder implements AutoCloseable {

    /** What to do about a folder that already holds something. */
    public enum Existing {
        REFUSE,
        RESUME,
        REPLACE
    }

    /** The options of the run. */
    public static final String CONFIG = "config.yaml";

    /** What a run writes before its first stage. */
    private static final Set<String> OWN_FILES = Set.of(CONFIG, "run.lock", "state.json");

    private final Path root;
    private final FileChannel channel;
    private final Set<String> finished = new LinkedHashSet<>();

    private RunFolder(Path root, FileChannel channel) {
        this.root = root;
        this.channel = channel;
    }

    /** Opens or creates the folder; a resumed run must have the same options. */
    public static RunFolder open(Path root, Existing existing, Record options) {
        return open(root, existing, options, Set.of());
    }

    /**
     * Opens or creates the folder. The caller closes it, which frees the lock.
     *
     * @param harmless options, or groups of them, that may differ when a run is resumed
     */
    public static RunFolder open(
            Path root, Existing existing, Record options, Set<String> harmless) {
        boolean occupied = isOccupied(root);
        if (occupied && existing == Existing.REFUSE && !neverGotAnywhere(root)) {
            throw new KindredException(
                    root
                            + " is not empty. Continue it with --resume, replace it with --force, or name another folder with --out.");
        }
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw AtomicFiles.failure("creating the run folder", root, e);
        }
        RunFolder folder = new RunFolder(root, lock(root));
        try {
            if (occupied && existing == Existing.RESUME) {
                folder.resume(options, harmless);
            } else {
                folder.start(options, occupied);
            }
            return folder;
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /**
     * The folder under {@code parent} whose name starts with {@code prefix} and sorts last, that
     * is, the newest.
     */
    public static Path newest(Path parent, String prefix) {
        if (Files.isDirectory(parent)) {
            try (Stream<Path> entries = Files.list(parent)) {
                Optional<Path> last =
                        entries.filter(e -> e.getFileName().toString().startsWith(prefix))
                                .max(Comparator.naturalOrder());
                if (last.isPresent()) {
                    return last.get();
                }
            } catch (IOException e) {
                throw AtomicFiles.failure("listing", parent, e);
            }
        }
        throw new KindredException(
                "No folder "
                        + parent
                        + "/"
                        + prefix
                        + "... was found to resume; name one with --out.");
    }

    /** True if the folder exists and holds anything. */
    public static boolean isOccupied(Path root) {
        if (!Files.exists(root)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(root)) {
            return entries.findAny().isPresent();
        } catch (IOException e) {
            throw AtomicFiles.failure("listing", root, e);
        }
    }

    /** True for a run that stopped before it wrote anything, for example at a mistyped path. */
    private static boolean neverGotAnywhere(Path root) {
        Path state = root.resolve("state.json");
        if (!Files.exists(state)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(root)) {
            return entries.allMatch(e -> OWN_FILES.contains(e.getFileName().toString()))
                    && Json.mapper().readTree(state.toFile()).path("finished").isEmpty();
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", state, e);
        }
    }

    private static FileChannel lock(Path root) {
        try {
            FileChannel channel =
                    FileChannel.open(
                            root.resolve("run.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new KindredException(
                        root
                                + " is in use by another process; wait for it or name another folder with --out.");
            }
            return channel;
        } catch (IOException e) {
            throw AtomicFiles.failure("locking the run folder", root, e);
        }
    }

    private void start(Record options, boolean clear) {
        if (clear) {
            if (!Files.exists(path("state.json"))) {
                throw new KindredException(
                        root
                                + " does not hold a run; --force replaces runs only. Empty the folder by hand or name another one.");
            }
            try (Stream<Path> entries = Files.list(root)) {
                for (Path entry : entries.filter(e -> !e.endsWith("run.lock")).toList()) {
                    delete(entry);
                }
            } catch (IOException e) {
                throw AtomicFiles.failure("emptying", root, e);
            }
        }
        AtomicFiles.writeText(path(CONFIG), OptionTree.yaml(options));
        saveState();
    }

    private void resume(Record options, Set<String> harmless) {
        Path config = path(CONFIG);
        if (!Files.exists(config)) {
            throw new KindredException(
                    root
                            + " does not hold a run (no config.yaml), so there is nothing to resume. Start one without --resume.");
        }
        List<String> changed =
                OptionTree.differences(OptionTree.load(config, options.getClass()), options)
                        .stream()
                        .filter(change -> harmless.stream().noneMatch(change::startsWith))
                        .toList();
        if (!changed.isEmpty()) {
            throw new OptionsException(
                    "--resume: options differ from those of "
                            + root
                            + ": "
                            + String.join("; ", changed)
                            + ". Resume with the same options, or start another run with --out.");
        }
        AtomicFiles.writeText(config, OptionTree.yaml(options));
        Path state = path("state.json");
        if (Files.exists(state)) {
            try {
                Json.mapper()
                        .readTree(Files.readAllBytes(state))
                        .path("finished")
                        .forEach(stage -> finished.add(stage.asText()));
            } catch (IOException e) {
                throw AtomicFiles.failure("reading", state, e);
            }
        }
    }

    /** A file or folder of the run, for example {@code path("reward/prototypes.json")}. */
    public Path path(String relative) {
        return root.resolve(relative);
    }

    public Path root() {
        return root;
    }

    public boolean isFinished(String stage) {
        return finished.contains(stage);
    }

    /** Removes what an interrupted attempt at a stage left behind. */
    public void clear(String relative) {
        try {
            delete(path(relative));
        } catch (IOException e) {
            throw AtomicFiles.failure("removing", path(relative), e);
        }
    }

    public void finish(String stage) {
        finished.add(stage);
        saveState();
    }

    private void saveState() {
        ObjectNode state = Json.mapper().createObjectNode();
        state.put("version", 1);
        ArrayNode stages = state.putArray("finished");
        finished.forEach(stages::add);
        AtomicFiles.writeText(path("state.json"), state.toPrettyString() + "\n");
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw AtomicFiles.failure("unlocking", root, e);
        }
    }
}
