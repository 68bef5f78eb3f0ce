package org.kindred.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.policy.advantage.Moments;

/**
 * The group statistics of a run's finished steps, a line each, only ever appended to:
 *
 * <pre>
 * {"format":"kindred-reward-journal","version":1,"mode":"frozen","base":{group: moments}}
 * {"step":[3,0],"groups":{"prototype-1":{"n":8,"mean":..,"tail":..,"m2":..}}}
 * </pre>
 *
 * The state of the histories is the merge of all lines in their order, to the bit ({@code tail} is
 * what the rounding of {@code mean} lost). A trainer that goes back to a step cuts the lines from
 * there on.
 */
final class Journal implements AutoCloseable {
    static final String FILE = "journal.jsonl";
    private static final String FORMAT = "kindred-reward-journal";
    private static final int VERSION = 1;

    private final Path path;
    private final AppendFile file;
    private final Normalise mode;
    private final GroupMoments base;
    private final List<Line> lines = new ArrayList<>();
    private GroupMoments merged;

    private record Line(StepKey key, long end, GroupMoments after) {}

    private Journal(Path path, AppendFile file, Normalise mode, GroupMoments base) {
        this.path = path;
        this.file = file;
        this.mode = mode;
        this.base = base;
        merged = base;
    }

    /**
     * Makes a journal in place of another, complete or not at all.
     *
     * @param base what the groups are known to earn before the first step
     */
    static Journal create(Path folder, Normalise mode, GroupMoments base) {
        Path path = folder.resolve(FILE);
        ObjectNode head = Json.mapper().createObjectNode();
        head.put("format", FORMAT).put("version", VERSION);
        head.put("mode", mode.name().toLowerCase(Locale.ROOT));
        head.set("base", json(base));
        AtomicFiles.writeText(path, CheckedLines.line(head));
        return open(folder);
    }

    /** Whether the folder has one. */
    static boolean exists(Path folder) {
        return Files.exists(folder.resolve(FILE));
    }

    /** Reads the journal of a folder. */
    static Journal open(Path folder) {
        Path path = folder.resolve(FILE);
        CheckedLines.Read read = CheckedLines.read(path);
        JsonNode head =
                read.rows().isEmpty() ? Json.mapper().createObjectNode() : read.rows().get(0);
        if (!head.path("format").asText().equals(FORMAT)
                || head.path("version").asInt() != VERSION) {
            throw new KindredException(
                    path
                            + ": found format "
                            + head.path("format").asText("none")
                            + " version "
                            + head.path("version").asInt()
                            + ", expected "
                            + FORMAT
                            + " version "
                            + VERSION
                            + "; serve the run with the version of Kindred that wrote it, or remove the"
                            + " folder");
        }
        Normalise mode = Normalise.valueOf(head.path("mode").asText().toUpperCase(Locale.ROOT));
        Journal journal =
                new Journal(
                        path,
                        AppendFile.open(path, read.length()),
                        mode,
                        moments(head.path("base")));
        for (int i = 1; i < read.rows().size(); i++) {
            JsonNode row = read.rows().get(i);
            StepKey key =
                    new StepKey(
                            row.path("step").path(0).asLong(), row.path("step").path(1).asLong());
            journal.add(key, read.ends().get(i), moments(row.path("groups")));
        }
        return journal;
    }

    private void add(StepKey key, long end, GroupMoments step) {
        merged = merged.merge(step);
        lines.add(new Line(key, end, merged));
    }

    /** What a client may read: {@code {group: {n, mean, tail, m2}}}. */
    static ObjectNode json(GroupMoments moments) {
        ObjectNode groups = Json.mapper().createObjectNode();
        moments.groups()
                .forEach(
                        (name, of) ->
                                groups.putObject(name)
                                        .put("n", of.count())
                                        .put("mean", of.mean())
                                        .put("tail", of.meanTail())
                                        .put("m2", of.squares()));
        return groups;
    }

    /**
     * Reads what {@link #json} wrote.
     *
     * @throws IllegalArgumentException for what are no moments
     */
    static GroupMoments moments(JsonNode groups) {
        Map<String, Moments> read = new TreeMap<>();
        groups.properties()
                .forEach(
                        group ->
                                read.put(
                                        group.getKey(),
                                        new Moments(
                                                number(group.getValue(), "n", Double.NaN),
                                                number(group.getValue(), "mean", Double.NaN),
                                                number(group.getValue(), "tail", 0),
                                                number(group.getValue(), "m2", Double.NaN))));
        return new GroupMoments(read);
    }

    private static double number(JsonNode moments, String key, double otherwise) {
        JsonNode value = moments.path(key);
        return value.isMissingNode() ? otherwise : value.asDouble(Double.NaN);
    }

    Normalise mode() {
        return mode;
    }

    /** Steps that it holds. */
    int steps() {
        return lines.size();
    }

    /** Statistics of all its steps. */
    GroupMoments merged() {
        return merged;
    }

    /** The last step; null of an empty journal. */
    @Nullable StepKey last() {
        return lines.isEmpty() ? null : lines.get(lines.size() - 1).key();
    }

    /** Statistics of the steps before one. */
    GroupMoments before(StepKey key) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).key().compareTo(key) < 0) {
                return lines.get(i).after();
            }
        }
        return base;
    }

    /** Adds a finished step, on the disk when it returns. */
    void append(StepKey key, GroupMoments step) {
        ObjectNode row = Json.mapper().createObjectNode();
        row.putArray("step").add(key.step()).add(key.rollout());
        row.set("groups", json(step));
        long end = file.append(CheckedLines.line(row));
        file.flush(end);
        add(key, end, step);
    }

    /** Forgets a step and those after it. */
    void cut(StepKey from) {
        int keep = lines.size();
        while (keep > 0 && lines.get(keep - 1).key().compareTo(from) >= 0) {
            keep--;
        }
        if (keep < lines.size()) {
            file.truncate(keep == 0 ? headEnd() : lines.get(keep - 1).end());
            lines.subList(keep, lines.size()).clear();
            merged = keep == 0 ? base : lines.get(keep - 1).after();
        }
    }

    private long headEnd() {
        return CheckedLines.read(path).ends().get(0);
    }

    @Override
    public void close() {
        file.close();
    }
}
