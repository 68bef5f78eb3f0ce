package org.kindred.datasets.forget;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Json;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.TextLines;

/** Takes a person's entries out of a JSON document, and makes a manifest's counts true. */
final class DocumentFilter {
    /** Fields that hold people, as keys or as elements. Other fields may hold equal numbers. */
    private static final Set<String> OF_PEOPLE =
            Set.of("users", "members", "points", "coordinates");

    private static final Map<String, String> COUNTED =
            Map.of(
                    "users", CanonicalReader.USERS,
                    "preferences", CanonicalReader.PREFERENCES,
                    "tasks", CanonicalReader.TASKS);

    private DocumentFilter() {}

    /**
     * @return what was removed, empty if nothing
     */
    static String apply(Path file, String userId) throws IOException {
        JsonNode document;
        try {
            document = Json.mapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            return ""; // not ours; the search for traces still sees it
        }
        int entries = prune(document, userId);
        boolean recounted =
                file.endsWith(CanonicalReader.MANIFEST)
                        && document instanceof ObjectNode manifest
                        && recount(file, manifest);
        if (entries > 0 || recounted) {
            AtomicFiles.writeText(
                    file,
                    Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(document)
                            + "\n");
        }
        return entries > 0
                ? entries + (entries == 1 ? " entry" : " entries")
                : recounted ? "counts" : "";
    }

    private static int prune(JsonNode node, String userId) {
        int removed = 0;
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (OF_PEOPLE.contains(field.getKey())) {
                    removed += remove(field.getValue(), userId);
                }
            }
        }
        for (JsonNode child : node) {
            removed += prune(child, userId);
        }
        return removed;
    }

    private static int remove(JsonNode people, String userId) {
        if (people instanceof ObjectNode byId) {
            return byId.remove(userId) == null ? 0 : 1;
        }
        int removed = 0;
        if (people instanceof ArrayNode list) {
            for (Iterator<JsonNode> each = list.iterator(); each.hasNext(); ) {
                JsonNode person = each.next();
                if (person.asText().equals(userId) || person.path("id").asText().equals(userId)) {
                    each.remove();
                    removed++;
                }
            }
        }
        return removed;
    }

    private static boolean recount(Path file, ObjectNode manifest) throws IOException {
        boolean changed = false;
        if (manifest.path("counts") instanceof ObjectNode counts) {
            for (Map.Entry<String, String> counted : COUNTED.entrySet()) {
                Path lines = file.resolveSibling(counted.getValue());
                long now = Files.exists(lines) ? count(lines) : 0;
                boolean known = counts.has(counted.getKey()) && Files.exists(lines);
                if (known && now < counts.get(counted.getKey()).asLong()) {
                    counts.put(counted.getKey(), now);
                    changed = true;
                }
            }
        }
        return changed;
    }

    private static long count(Path file) throws IOException {
        long count = 0;
        try (TextLines lines = TextLines.open(file)) {
            for (RawRecord line = lines.next(); line != null; line = lines.next()) {
                count += line.bytes().hasRemaining() ? 1 : 0;
            }
        }
        return count;
    }
}
