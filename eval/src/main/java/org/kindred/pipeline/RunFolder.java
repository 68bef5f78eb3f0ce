package org.kindred.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.FolderLock;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Sha256;
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

    private static final String STATE = "state.json";
    private static final String SUM = "sha256";
    private static final String CONFIG_SUM = "# sha256 of the lines above: ";
    private static final int VERSION = 1;
    private static final String LOCK = "run.lock";
    private static final String COMMAND = "command.json";

    /** What a run writes before its first stage. */
    private static final Set<String> OWN_FILES =
            Set.of(CONFIG, LOCK, STATE, COMMAND, Checksums.FILE);

    private final Path root;
    private final FolderLock lock;

    /** Stages that have begun, in their order, with the key of what they are made from. */
    private final Map<String, String> begun = new LinkedHashMap<>();

    private final Set<String> finished = new LinkedHashSet<>();
    private final Map<String, List<String>> notes = new LinkedHashMap<>();

    private RunFolder(Path root, FolderLock lock) {
        this.root = root;
        this.lock = lock;
    }

    /** Opens or creates the folder; a resumed run must have the same options. */
    public static RunFolder open(Path root, Existing existing, Record options) {
        return open(root, existing, options, Set.of());
    }

    /**
     * Opens or creates the folder for a recipe, whose stages say themselves whether they can go on
     * ({@link #keyOf}). A run in which none of the stages has begun that a command is asked for is
     * joined: what others made of it is found.
     *
     * @param asked stages that the command makes
     */
    static RunFolder join(Path root, Existing existing, Set<String> asked) {
        boolean occupied = isOccupied(root);
        if (existing == Existing.RESUME && !Files.exists(root.resolve(STATE))) {
            throw nothingToResume(root);
        }
        RunFolder folder = new RunFolder(root, lock(root));
        try {
            if (existing == Existing.REPLACE && occupied) {
                folder.clear();
            } else if (occupied) {
                folder.readState(existing == Existing.RESUME);
                Checksums.checkTree(root);
                if (existing == Existing.REFUSE
                        && folder.begun.keySet().stream().anyMatch(asked::contains)) {
                    throw occupied(root);
                }
            }
            folder.saveState();
            return folder;
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private static KindredException occupied(Path root) {
        return new KindredException(
                root
                        + " is not empty. Continue it with --resume, replace it with --force, or name another folder with --out.");
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
            throw occupied(root);
        }
        if (existing == Existing.RESUME && !Files.exists(root.resolve(CONFIG))) {
            throw nothingToResume(root);
        }
        RunFolder folder = new RunFolder(root, lock(root));
        try {
            if (existing == Existing.RESUME) {
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
        Path state = root.resolve(STATE);
        if (!Files.exists(state)) { // killed while it began
            return Files.exists(root.resolve(LOCK))
                    && onlyOwnFiles(root)
                    && (!Files.exists(root.resolve(CONFIG)) || isWhole(root.resolve(CONFIG)));
        }
        try {
            return onlyOwnFiles(root)
                    && Json.mapper().readTree(state.toFile()).path("finished").isEmpty();
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", state, e);
        }
    }

    private static boolean onlyOwnFiles(Path root) {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.allMatch(
                    e ->
                            OWN_FILES.contains(e.getFileName().toString())
                                    || AtomicFiles.isLeftover(e));
        } catch (IOException e) {
            throw AtomicFiles.failure("listing", root, e);
        }
    }

    private static FolderLock lock(Path root) {
        FolderLock lock = FolderLock.take(root, LOCK, "or name another folder with --out.");
        AtomicFiles.removeLeftovers(root);
        return lock;
    }

    private void start(Record options, boolean clear) {
        if (clear) {
            clear();
        }
        writeConfig(options);
        saveState();
    }

    private void clear() {
        if (!Files.exists(path(STATE)) && !neverGotAnywhere(root)) {
            throw new KindredException(
                    root
                            + " does not hold a run; --force replaces runs only. Empty the folder by hand or name another one.");
        }
        try (Stream<Path> entries = Files.list(root)) {
            for (Path entry : entries.filter(e -> !e.endsWith(LOCK)).toList()) {
                AtomicFiles.remove(entry);
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("emptying", root, e);
        }
    }

    private void resume(Record options, Set<String> harmless) {
        List<String> changed =
                OptionTree.differences(OptionTree.load(config(root), options.getClass()), options)
                        .stream()
                        .filter(change -> harmless.stream().noneMatch(change::startsWith))
                        .toList();
        if (!changed.isEmpty()) {
            throw otherOptions(root, changed);
        }
        writeConfig(options);
        readState(false);
        Checksums.checkTree(root);
    }

    /** Keeps the options of the run; the last line says what the lines above it were. */
    void writeConfig(Record options) {
        String text = OptionTree.yaml(options);
        AtomicFiles.writeText(path(CONFIG), text + CONFIG_SUM + Sha256.of(text) + "\n");
    }

    /**
     * The file with the options of a run.
     *
     * @throws KindredException if it is not as the run wrote it
     */
    public static Path config(Path root) {
        Path file = root.resolve(CONFIG);
        if (!isWhole(file)) {
            throw new KindredException(
                    file
                            + " is damaged, or was edited: it is not as the run wrote it. Put it"
                            + " back, give other options on the command line, or start another"
                            + " run with --config "
                            + file
                            + " --out DIR");
        }
        return file;
    }

    private static boolean isWhole(Path config) {
        try {
            String text = new String(Files.readAllBytes(config), StandardCharsets.UTF_8);
            int sum = text.lastIndexOf(CONFIG_SUM);
            return sum >= 0
                    && text.substring(sum + CONFIG_SUM.length())
                            .strip()
                            .equals(Sha256.of(text.substring(0, sum)));
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", config, e);
        }
    }

    static OptionsException otherOptions(Path root, List<String> changed) {
        return new OptionsException(
                "--resume: options differ from those of "
                        + root
                        + ": "
                        + String.join("; ", changed)
                        + ". Resume with the same options, or start another run with --out.");
    }

    private static KindredException nothingToResume(Path root) {
        return new KindredException(
                root
                        + " does not hold a run (no config.yaml), so there is nothing to resume. Start one without --resume.");
    }

    private void readState(boolean required) {
        Path state = path(STATE);
        if (!Files.exists(state)) {
            if (required) {
                throw nothingToResume(root);
            }
            if (!onlyOwnFiles(root)) {
                throw occupied(root);
            }
            return;
        }
        try {
            JsonNode stages = Json.mapper().readTree(Files.readAllBytes(state));
            requireWhole(state, stages);
            stages.path("begun")
                    .properties()
                    .forEach(stage -> begun.put(stage.getKey(), stage.getValue().asText()));
            stages.path("finished").forEach(stage -> finished.add(stage.asText()));
            stages.path("notes")
                    .properties()
                    .forEach(
                            stage -> {
                                List<String> said = new ArrayList<>();
                                stage.getValue().forEach(note -> said.add(note.asText()));
                                notes.put(stage.getKey(), said);
                            });
        } catch (JsonProcessingException e) {
            throw damaged(state, Json.explain(e));
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", state, e);
        }
    }

    /** It names what need not be made again, so it must be what a run of this version wrote. */
    private static void requireWhole(Path file, JsonNode state) {
        int version = state.path("version").asInt();
        if (version != VERSION) {
            throw new KindredException(
                    file
                            + ": version: found "
                            + version
                            + ", expected "
                            + VERSION
                            + "; the run was made by another version of Kindred. Go on with that one, or"
                            + " start another run with --out");
        }
        ObjectNode content = state.deepCopy();
        String sum = content.path(SUM).asText();
        content.remove(SUM);
        if (!sum.equals(Sha256.of(content.toString()))) {
            throw damaged(file, SUM + " is not that of its content");
        }
    }

    private static KindredException damaged(Path file, String why) {
        return new KindredException(
                file
                        + " is damaged: "
                        + why
                        + ". Take it from a copy, or make the run again with --force");
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

    /**
     * The words of the command line by which the run was started: those of now, unless it goes on.
     */
    public List<String> command(List<String> now, boolean resumed) {
        Path file = path(COMMAND);
        if (resumed && Files.exists(file)) {
            try {
                return List.of(Json.mapper().readValue(Files.readAllBytes(file), String[].class));
            } catch (IOException e) {
                throw AtomicFiles.failure("reading", file, e);
            }
        }
        Checksums.drop(file);
        Json.write(file, now);
        Checksums.add(file);
        return now;
    }

    /** Removes what an interrupted attempt at a stage left behind. */
    public void clear(String relative) {
        Checksums.drop(path(relative));
        AtomicFiles.remove(path(relative));
    }

    public void finish(String stage) {
        finish(stage, List.of());
    }

    /**
     * @param said what belongs into the results of the run
     */
    void finish(String stage, List<String> said) {
        finished.add(stage);
        notes.put(stage, List.copyOf(said));
        saveState();
    }

    /** From now on, damage to these files and folders is noticed. */
    void protect(List<String> outputs) {
        for (String output : outputs) {
            Path made = path(output);
            if (Files.isDirectory(made)) {
                Checksums.addAll(made);
            } else if (Files.exists(made)) {
                Checksums.add(made);
            }
        }
    }

    /** What finished stages said, in their order. */
    List<String> notes() {
        return finished.stream()
                .flatMap(stage -> notes.getOrDefault(stage, List.of()).stream())
                .toList();
    }

    /** A stage begins, or begins anew; it is not finished then. */
    void begin(String stage, String key) {
        begun.put(stage, key);
        finished.remove(stage);
        saveState();
    }

    /** What a stage that has begun is made from; empty if it has not. */
    Optional<String> keyOf(String stage) {
        return Optional.ofNullable(begun.get(stage));
    }

    private void saveState() {
        ObjectNode state = Json.mapper().createObjectNode();
        state.put("version", VERSION);
        ObjectNode keys = state.putObject("begun");
        begun.forEach(keys::put);
        ArrayNode stages = state.putArray("finished");
        finished.forEach(stages::add);
        ObjectNode saidBy = state.putObject("notes");
        notes.forEach(
                (stage, said) -> {
                    if (!said.isEmpty()) {
                        ArrayNode list = saidBy.putArray(stage);
                        said.forEach(list::add);
                    }
                });
        state.put(SUM, Sha256.of(state.toString()));
        AtomicFiles.writeText(path(STATE), state.toPrettyString() + "\n");
    }

    @Override
    public void close() {
        lock.close();
    }
}
