package org.kindred.datasets.forget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who is to be forgotten: the id, and the ids of the person's rows and dialogues. */
final class Person {
    private static final int TELLING_CHARS = 5; // a shorter id may mean something else anywhere
    private static final List<String> USER_FIELDS = List.of("user_id", "userId", "user", "subject");
    private static final List<String> ROW_FIELDS =
            List.of("id", "record", "prompt", "prompt_id", "promptId", "row", "row_id");

    private final String userId;
    private final Set<String> rows = new HashSet<>();

    Person(String userId) {
        this.userId = userId;
    }

    String userId() {
        return userId;
    }

    /** Ids of the person's rows and dialogues. */
    Set<String> rows() {
        return Set.copyOf(rows);
    }

    /** Whether an id can hardly mean anything else, wherever it stands. */
    static boolean isTelling(String id) {
        return id.length() >= TELLING_CHARS;
    }

    boolean is(@Nullable String id) {
        return userId.equals(id);
    }

    /** Whether an id of a row is one of the person's. */
    boolean owns(@Nullable String row) {
        return row != null && (rows.contains(row) || row.startsWith(userId + "/"));
    }

    /** Learns the ids of a row that is the person's. */
    void add(ObjectNode record) {
        if (record.path("id").isTextual()) {
            rows.add(record.get("id").textValue());
        }
        String dialogue = record.path("meta").path("conversation_id").asText("");
        if (!dialogue.isEmpty()) {
            rows.add(dialogue);
        }
        JsonNode items = record.path("item_ids");
        // in imported dialogues the one item of a row is the dialogue, which belongs to its user
        if (items.size() == 1
                && items.get(0).isTextual()
                && record.path("id").asText("").startsWith(items.get(0).textValue() + ":")) {
            rows.add(items.get(0).textValue());
        }
    }

    /** Whether a record says that it is the person's. */
    boolean belongs(JsonNode record) {
        return USER_FIELDS.stream().anyMatch(field -> is(record.path(field).textValue()));
    }

    /** Whether a record that is nobody's by its own word names the person or one of the rows. */
    boolean isNamedBy(JsonNode record) {
        boolean row = record.path("prompt").isContainerNode(); // of data, whose id may be met again
        if (row || USER_FIELDS.stream().anyMatch(record::has)) {
            return false;
        }
        return is(record.path("id").textValue()) && !record.has("prompt")
                || ROW_FIELDS.stream().anyMatch(field -> owns(record.path(field).textValue()));
    }

    /** Redacted. */
    @Override
    public String toString() {
        return "Person[" + rows.size() + " rows]";
    }
}
