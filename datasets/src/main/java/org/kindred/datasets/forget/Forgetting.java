package org.kindred.datasets.forget;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.FolderLock;
import org.kindred.datasets.Json;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Sha256;

/**
 * Takes a person out of a data folder or a run: every file below it is looked at, as {@link
 * Artefacts} says.
 *
 * <ul>
 *   <li>JSON lines, plain or gzip: the person's lines go, also those that only name one of the
 *       person's rows or dialogues (quarantine, dropped parts, splits, samples);
 *   <li>JSON documents: the person's entries go, and counts of a manifest are made true;
 *   <li>files of a registered {@link ArtefactEraser}: as it does;
 *   <li>SQLite files without one and pages that still hold the person's id or a text of nobody
 *       else: the file goes, since it can be made again; so does what an interrupted write left.
 * </ul>
 *
 * <p>Each file is replaced in one step, with its checksum. After an interruption the same call
 * finishes the work. A run that is at work is refused. Weights that were trained on the texts are
 * not changed; they are reported, and so is every file that a search at the end finds the person
 * in.
 */
public final class Forgetting {
    /** What runs and trainings hold while they work. */
    private static final String RUN_LOCK = "run.lock";

    private static final Set<String> LOCKS = Set.of(RUN_LOCK, ".lock");

    /** A judge of taste learns from the person as weights do. */
    private static final String JUDGE = "judge.json";

    private static final String MANIFEST_OF_CHECKPOINT = "trainer/manifest.json";
    private static final String LEFTOVER = "leftover of an interrupted write removed";

    /**
     * What was done to a file.
     *
     * @param file path below the folder
     * @param what for example {@code "12 lines"} or {@code "file removed"}
     */
    public record Removal(String file, String what) {}

    /**
     * @param removals files that held something of the person
     * @param remaining files in which the person's id or text still stands; normally none
     * @param trained folders of model weights, and judges, that may have learned from the texts
     */
    public record Result(List<Removal> removals, List<String> remaining, List<String> trained) {
        public Result {
            removals = List.copyOf(removals);
            remaining = List.copyOf(remaining);
            trained = List.copyOf(trained);
        }
    }

    private static final String MADE_AGAIN = "file removed; it is made again when it is needed";

    private final Path root;
    private final Person person;
    private final List<ArtefactEraser> erasers;
    private final Traces traces;
    private final List<Removal> removals = new ArrayList<>();

    private Forgetting(Path root, String userId, List<ArtefactEraser> erasers) {
        this.root = root;
        this.person = new Person(userId);
        this.erasers = List.copyOf(erasers);
        this.traces = new Traces(userId);
    }

    /**
     * @throws KindredException if the folder does not exist, is in use, or holds nothing of the
     *     person
     */
    public static Result forget(Path root, String userId, List<ArtefactEraser> erasers) {
        if (!Files.isDirectory(root)) {
            throw new KindredException("there is no folder " + root + "; check the path");
        }
        if (userId.isBlank()) {
            throw new KindredException("the user id is empty; name the user to forget");
        }
        List<FolderLock> locks = new ArrayList<>();
        try {
            for (Path lock : locks(root)) {
                locks.add(
                        FolderLock.take(
                                parentOf(lock),
                                String.valueOf(lock.getFileName()),
                                "then forget the user"));
            }
            return new Forgetting(root, userId, erasers).run(!locks.isEmpty());
        } catch (IOException e) {
            throw AtomicFiles.failure("forgetting a user in", root, e);
        } finally {
            locks.forEach(FolderLock::close);
        }
    }

    /** Locks of runs in the folder, and of the run that the folder is a part of. */
    private static List<Path> locks(Path root) throws IOException {
        List<Path> locks = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(root)) {
            tree.filter(Files::isRegularFile)
                    .filter(file -> LOCKS.contains(String.valueOf(file.getFileName())))
                    .sorted()
                    .forEach(locks::add);
        }
        for (Path above = root.toAbsolutePath().normalize().getParent();
                above != null;
                above = above.getParent()) {
            if (Files.isRegularFile(above.resolve(RUN_LOCK))) {
                locks.add(above.resolve(RUN_LOCK));
            }
        }
        return locks;
    }

    /**
     * @param alone whether nobody else can be writing
     */
    private Result run(boolean alone) throws IOException {
        for (Path file : files()) {
            if (isLines(file)) {
                JsonLines.read(file, (record, line) -> collect(file, record), bad -> {});
            }
        }
        traces.keepOwnTexts();
        removeLeftovers(alone);
        for (Path file : files()) {
            eraseLines(file);
        }
        for (Path file : files()) {
            eraseOthers(file);
        }
        if (!removals.isEmpty()) {
            removeCaches();
        }
        List<String> remaining = new ArrayList<>();
        Set<String> trained = new TreeSet<>();
        for (Path file : files()) {
            String name = relative(file);
            if (Artefacts.handling(name) == Artefacts.Handling.WEIGHTS) {
                trained.add(relative(parentOf(file)));
            } else if (traces.isIn(file) || isLines(file) && holdsLine(file)) {
                remaining.add(name);
            } else if (file.endsWith(JUDGE)) {
                trained.add(name);
            }
        }
        if (removals.isEmpty() && remaining.isEmpty()) {
            throw new KindredException(
                    "nothing below "
                            + root
                            + " belongs to that user: check the id, letter by letter");
        }
        return new Result(removals, remaining, List.copyOf(trained));
    }

    private void collect(Path file, ObjectNode record) {
        if (belongs(file, record)) {
            person.add(record);
            traces.own(record);
        } else {
            traces.others(record);
        }
    }

    /**
     * What a crash left: all of it where nobody else can be writing, else what holds the person.
     */
    private void removeLeftovers(boolean alone) throws IOException {
        List<Path> left;
        try (Stream<Path> tree = Files.walk(root)) {
            left = tree.filter(AtomicFiles::isLeftover).sorted().toList();
        }
        for (Path leftover : left) {
            boolean holds = Files.exists(leftover) && holdsPerson(leftover);
            if (alone || holds) {
                AtomicFiles.remove(leftover);
            }
            if (holds) {
                note(relative(leftover), LEFTOVER);
            }
        }
    }

    private boolean holdsPerson(Path leftover) throws IOException {
        List<Path> files;
        try (Stream<Path> tree = Files.walk(leftover)) {
            files = tree.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            boolean lines = String.valueOf(file.getFileName()).contains(".json");
            if (traces.isIn(file) || lines && holdsLine(file)) {
                return true;
            }
        }
        return false;
    }

    private boolean holdsLine(Path file) {
        boolean[] found = {false};
        JsonLines.read(
                file,
                (record, line) -> found[0] |= belongs(file, record) || person.isNamedBy(record),
                bad -> {});
        return found[0];
    }

    private void eraseLines(Path file) throws IOException {
        String name = relative(file);
        if (isLines(file) && eraser(name) == null) {
            changed(
                    file,
                    LineFilter.apply(
                            file, record -> belongs(file, record) || person.isNamedBy(record)));
        }
    }

    /** After the lines, which a manifest counts. */
    private void eraseOthers(Path file) throws IOException {
        String name = relative(file);
        ArtefactEraser eraser = eraser(name);
        if (eraser != null) {
            note(name, eraser.erase(file, person.userId(), person.rows()));
            return;
        }
        switch (Artefacts.handling(name)) {
            case DOCUMENT ->
                    changed(file, DocumentFilter.apply(file, person, Artefacts.people(name)));
            case PAGE -> {
                if (traces.isIn(file)) {
                    Files.delete(file);
                    note(name, MADE_AGAIN);
                }
            }
            default -> {}
        }
    }

    /** Notes what was done to a file and makes the sums beside it true. */
    private void changed(Path file, String what) throws IOException {
        if (what.isEmpty()) {
            return;
        }
        note(relative(file), what);
        Checksums.renew(file);
        Path checkpoint = parentOf(parentOf(file));
        Path manifest = checkpoint.resolve(MANIFEST_OF_CHECKPOINT);
        if (Files.exists(manifest) && !file.equals(manifest)) {
            ObjectNode document = (ObjectNode) Json.mapper().readTree(Files.readAllBytes(manifest));
            String name = checkpoint.relativize(file).toString().replace('\\', '/');
            if (document.path("files").path(name) instanceof ObjectNode entry) {
                entry.put("bytes", Files.size(file)).put("sha256", Sha256.of(file));
                AtomicFiles.writeText(manifest, document.toPrettyString() + "\n");
            }
        }
    }

    /** A database may keep a text where no search finds it, so it goes as a whole. */
    private void removeCaches() throws IOException {
        for (Path file : files()) {
            String name = relative(file);
            if (Artefacts.handling(name) == Artefacts.Handling.CACHE
                    && eraser(name.replaceFirst("-(wal|shm|journal)$", "")) == null) {
                Files.delete(file);
                note(name, MADE_AGAIN);
            }
        }
    }

    private @Nullable ArtefactEraser eraser(String name) {
        return erasers.stream().filter(one -> one.handles(name)).findFirst().orElse(null);
    }

    private void note(String file, String what) {
        if (!what.isEmpty()) {
            removals.add(new Removal(file, what));
        }
    }

    private boolean belongs(Path file, ObjectNode record) {
        boolean people = file.getFileName().toString().startsWith("users.jsonl");
        return person.belongs(record) || people && person.is(record.path("id").textValue());
    }

    private boolean isLines(Path file) {
        return Artefacts.handling(relative(file)) == Artefacts.Handling.LINES;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            return tree.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private String relative(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    private static Path parentOf(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }
}
