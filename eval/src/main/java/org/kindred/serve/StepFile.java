package org.kindred.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;

/**
 * The items of one step with their answers, in {@code step-<step>-<rollout>.jsonl}: what a retry is
 * answered from, and what the step's line of the journal is made of. Holds hashes of texts, no
 * texts.
 */
final class StepFile implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("step-(\\d{1,18})-(\\d{1,18})\\.jsonl");

    private final StepKey key;
    private final Path path;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final AppendFile file;
    private long rewards;

    private StepFile(StepKey key, Path path, AppendFile file) {
        this.key = key;
        this.path = path;
        this.file = file;
    }

    private static Path path(Path folder, StepKey key) {
        return folder.resolve("step-" + key.step() + "-" + key.rollout() + ".jsonl");
    }

    /** The step that a file is of; null for another file. */
    static @Nullable StepKey keyOf(Path path) {
        Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
        return name.matches()
                ? new StepKey(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)))
                : null;
    }

    /** A step with its first items, complete on the disk or absent. */
    static StepFile create(Path folder, StepKey key, Collection<Entry> first) {
        Path path = path(folder, key);
        StringBuilder lines = new StringBuilder(CheckedLines.line(head(key)));
        first.forEach(entry -> lines.append(CheckedLines.line(entry)));
        AtomicFiles.writeText(path, lines.toString());
        StepFile step = new StepFile(key, path, AppendFile.open(path, path.toFile().length()));
        first.forEach(step::put);
        return step;
    }

    private static ObjectNode head(StepKey key) {
        ObjectNode head = Json.mapper().createObjectNode();
        head.putArray("step").add(key.step()).add(key.rollout());
        return head;
    }

    /** Reads the file of a step. */
    static StepFile open(Path folder, StepKey key) {
        Path path = path(folder, key);
        CheckedLines.Read read = CheckedLines.read(path);
        if (read.rows().isEmpty() || !read.rows().get(0).toString().equals(head(key).toString())) {
            throw new KindredException(
                    path + " is not of the step in its name; take it from a copy");
        }
        StepFile step = new StepFile(key, path, AppendFile.open(path, read.length()));
        for (JsonNode row : read.rows().subList(1, read.rows().size())) {
            try {
                step.put(Json.mapper().treeToValue(row, Entry.class));
            } catch (JsonProcessingException e) {
                throw new KindredException(
                        step.path
                                + " cannot be read: "
                                + Json.explain(e)
                                + "; take it from a copy");
            }
        }
        return step;
    }

    StepKey key() {
        return key;
    }

    Path path() {
        return path;
    }

    @Nullable Entry get(String id) {
        return entries.get(id);
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    private void put(Entry entry) {
        Entry before = entries.put(entry.id(), entry);
        rewards += (entry.counts() ? 1 : 0) - (before != null && before.counts() ? 1 : 0);
    }

    /** Rewards that count. */
    long rewards() {
        return rewards;
    }

    /** Adds items; they are on the disk after {@link #flush}. */
    long append(List<Entry> more) {
        if (more.isEmpty()) {
            return file.length();
        }
        StringBuilder lines = new StringBuilder();
        more.forEach(entry -> lines.append(CheckedLines.line(entry)));
        long end = file.append(lines.toString());
        more.forEach(this::put);
        return end;
    }

    void flush(long position) {
        file.flush(position);
    }

    /** What the step adds to the histories. */
    GroupMoments moments() {
        return GroupMoments.of(new ArrayList<>(entries.values()));
    }

    @Override
    public void close() {
        file.close();
    }
}
