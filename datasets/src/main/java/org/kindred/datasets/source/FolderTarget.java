package org.kindred.datasets.source;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.User;

/** Writes what is read into a folder, as it comes; memory holds two numbers a user. */
final class FolderTarget implements RowTarget, AutoCloseable {
    static final String QUARANTINE = "quarantine.jsonl";
    static final String DROPPED = "dropped.jsonl";
    static final String REPORTED_USERS = "users-reported.jsonl";
    private static final int BUFFER_BYTES = 1 << 18;

    /** Accepted records and pairs of a user. */
    static final class Counts {
        long records;
        long pairs;
    }

    private final Path folder;
    private final Map<String, OutputStream> open = new HashMap<>();
    private final Map<String, Counts> byUser = new LinkedHashMap<>();
    private final DuplicateIndex describedUsers = new DuplicateIndex();
    private long userConflicts;
    private long preferences;
    private long tasks;

    FolderTarget(Path folder) {
        this.folder = folder;
    }

    @Override
    public void accept(SourceFile file, Rows rows, EncodedRows encoded) throws IOException {
        for (User user : rows.users()) {
            describe(user);
        }
        if (rows.userId() != null) {
            Counts counts = byUser.computeIfAbsent(rows.userId(), id -> new Counts());
            counts.pairs += rows.preferences().size();
            if (!rows.preferences().isEmpty() || !rows.tasks().isEmpty() || rows.fact() != null) {
                counts.records++;
            }
        }
        if (encoded.preferences().length > 0) {
            to(CanonicalReader.PREFERENCES).write(encoded.preferences());
            preferences += rows.preferences().size();
        }
        if (encoded.tasks().length > 0) {
            to(CanonicalReader.TASKS).write(encoded.tasks());
            tasks += rows.tasks().size();
        }
        for (Dropped part : rows.dropped()) {
            line(DROPPED, new DroppedIn(file.name(), part));
        }
    }

    /** A dropped part with the file it stood in. */
    private record DroppedIn(
            String file, @com.fasterxml.jackson.annotation.JsonUnwrapped Dropped dropped) {}

    @Override
    public void setAside(SourceFile file, Quarantined record) throws IOException {
        line(QUARANTINE, record);
    }

    @Override
    public void blank(SourceFile file, long line) {}

    /** Users who have a record, in the order of their first one. */
    Map<String, Counts> byUser() {
        return byUser;
    }

    long userConflicts() {
        return userConflicts;
    }

    long preferences() {
        return preferences;
    }

    long tasks() {
        return tasks;
    }

    /** Number of users in {@code users.jsonl}. */
    long described() {
        return describedUsers.size();
    }

    /**
     * Lists the users worth a word and says how many for each reason.
     *
     * @param minPairs fewer are too few
     * @param removed whether they will be taken out
     */
    Map<String, Long> reportUsers(int minPairs, boolean removed) throws IOException {
        Map<String, Long> byReason = new TreeMap<>();
        if (preferences == 0) {
            return byReason; // a set of tasks has no pairs to count
        }
        for (Map.Entry<String, Counts> user : byUser.entrySet()) {
            String reason = reason(user.getValue(), minPairs);
            if (!reason.isEmpty()) {
                byReason.merge(reason, 1L, Long::sum);
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("user_id", user.getKey());
                line.put("reason", reason);
                line.put("pairs", user.getValue().pairs);
                line.put("removed", removed);
                line(REPORTED_USERS, line);
            }
        }
        return byReason;
    }

    static String reason(Counts counts, int minPairs) {
        if (counts.records == 0 && counts.pairs == 0) {
            return "no_records";
        }
        if (counts.pairs == 0) {
            return "no_pairs";
        }
        return counts.pairs < minPairs ? "below_min_pairs" : "";
    }

    private void describe(User user) throws IOException {
        byte[] bytes = Json.line(user).getBytes(StandardCharsets.UTF_8);
        DuplicateIndex.Hash key = DuplicateIndex.Hash.of(Rows.Key.id("described", user.id()));
        int content = DuplicateIndex.content(ByteBuffer.wrap(bytes));
        switch (describedUsers.find(key, content)) {
            case NEVER -> {
                describedUsers.add(key, content);
                OutputStream out = to(CanonicalReader.USERS);
                out.write(bytes);
                out.write('\n');
            }
            case WITH_OTHER_CONTENT -> userConflicts++;
            case WITH_SAME_CONTENT -> {}
        }
    }

    private void line(String name, Object value) throws IOException {
        Json.writeLine(to(name), value);
    }

    private OutputStream to(String name) throws IOException {
        OutputStream out = open.get(name);
        if (out == null) {
            out =
                    new BufferedOutputStream(
                            Files.newOutputStream(folder.resolve(name)), BUFFER_BYTES);
            open.put(name, out);
        }
        return out;
    }

    @Override
    public void close() throws IOException {
        for (OutputStream out : open.values()) {
            out.close();
        }
    }
}
