package org.kindred.datasets.forget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.FolderLock;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.KindredException;

/**
 * Takes a person out of a data folder or a run: every file below it is looked at.
 *
 * <ul>
 *   <li>JSON lines, plain or gzip: the person's lines go, also those that only name one of the
 *       person's rows or dialogues (quarantine, dropped parts, splits);
 *   <li>JSON documents: the person's entries in {@code users}, {@code members}, {@code points} and
 *       {@code coordinates} go, and counts of a manifest are made true;
 *   <li>files of a registered {@link ArtefactEraser}: as it does;
 *   <li>SQLite files without one (a judge's cache) and pages that still hold the person's id or a
 *       text of nobody else: the file goes, since it can be made again.
 * </ul>
 *
 * <p>Each file is replaced in one step. After an interruption the same call finishes the work.
 * Weights that were trained on the texts are not changed; they are reported.
 */
public final class Forgetting {
    /** What a run holds while it works. */
    private static final String RUN_LOCK = "run.lock";

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
     * @param trained folders of model weights that may have learned from the texts
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
    private final String userId;
    private final List<ArtefactEraser> erasers;
    private final Set<String> ids = new HashSet<>();
    private final Traces traces;
    private final List<Removal> removals = new ArrayList<>();

    private Forgetting(Path root, String userId, List<ArtefactEraser> erasers) {
        this.root = root;
        this.userId = userId;
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
        boolean ofARun = Files.exists(root.resolve(RUN_LOCK));
        try (FolderLock lock =
                ofARun ? FolderLock.take(root, RUN_LOCK, "then forget the user") : null) {
            return new Forgetting(root, userId, erasers).run();
        } catch (IOException e) {
            throw AtomicFiles.failure("forgetting a user in", root, e);
        }
    }

    private Result run() throws IOException {
        for (Path file : files()) {
            if (isLines(file)) {
                JsonLines.read(file, (record, line) -> collect(file, record), bad -> {});
            }
        }
        traces.keepOwnTexts();
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
            if (file.toString().endsWith(".safetensors")) {
                trained.add(relative(parentOf(file)));
            } else if (traces.isIn(file)) {
                remaining.add(relative(file));
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
            if (record.path("id").isTextual()) {
                ids.add(record.get("id").textValue());
            }
            String dialogue = record.path("meta").path("conversation_id").asText("");
            if (!dialogue.isEmpty()) {
                ids.add(dialogue);
            }
            if (hasDialogueItem(record)) {
                ids.add(record.get("item_ids").get(0).textValue());
            }
            traces.own(record);
        } else {
            traces.others(record);
        }
    }

    /** In imported dialogues the one item of a row is the dialogue, which belongs to its user. */
    private static boolean hasDialogueItem(ObjectNode record) {
        JsonNode items = record.path("item_ids");
        return items.size() == 1
                && items.get(0).isTextual()
                && record.path("id").asText("").startsWith(items.get(0).textValue() + ":");
    }

    private void eraseLines(Path file) throws IOException {
        String name = relative(file);
        if (isLines(file) && eraser(name) == null) {
            note(name, LineFilter.apply(file, record -> belongs(file, record) || names(record)));
        }
    }

    /** After the lines, which a manifest counts. */
    private void eraseOthers(Path file) throws IOException {
        String name = relative(file);
        ArtefactEraser eraser = eraser(name);
        if (eraser != null) {
            note(name, eraser.erase(file, userId, Set.copyOf(ids)));
        } else if (name.endsWith(".json")) {
            note(name, DocumentFilter.apply(file, userId));
        } else if (isPage(name) && traces.isIn(file)) {
            Files.delete(file);
            note(name, MADE_AGAIN);
        }
    }

    /** A database may keep a text where no search finds it, so it goes as a whole. */
    private void removeCaches() throws IOException {
        for (Path file : files()) {
            String name = relative(file);
            if (isCache(name) && eraser(name) == null) {
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
        boolean person = file.getFileName().toString().startsWith("users.jsonl");
        return isUser(record.get("user_id"))
                || isUser(record.get("userId"))
                || (person && isUser(record.get("id")));
    }

    /** Lines of reports and splits that name one of the person's rows. */
    private boolean names(ObjectNode record) {
        if (record.has("user_id") || record.has("prompt")) {
            return false;
        }
        return isOwn(record.get("id")) || isOwn(record.get("record")) || isUser(record.get("id"));
    }

    private boolean isUser(@Nullable JsonNode node) {
        return node != null && node.isTextual() && node.textValue().equals(userId);
    }

    private boolean isOwn(@Nullable JsonNode node) {
        return node != null && node.isTextual() && ids.contains(node.textValue());
    }

    private static boolean isLines(Path file) {
        String name = file.toString();
        return name.endsWith(".jsonl") || name.endsWith(".jsonl.gz");
    }

    private static boolean isCache(String name) {
        return name.endsWith(".sqlite")
                || name.endsWith(".sqlite-wal")
                || name.endsWith(".sqlite-shm");
    }

    private static boolean isPage(String name) {
        return name.endsWith(".html")
                || name.endsWith(".csv")
                || name.endsWith(".txt")
                || name.endsWith(".md")
                || name.endsWith(".parquet");
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
