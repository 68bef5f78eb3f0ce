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
    private static final Map<String, String> COUNTED =
            Map.of(
                    "users", CanonicalReader.USERS,
                    "preferences", CanonicalReader.PREFERENCES,
                    "tasks", CanonicalReader.TASKS);

    private DocumentFilter() {}

    /**
     * @param people fields that hold people, as keys or as elements; others may hold an equal short
     *     id that means something else
     * @return what was removed, empty if nothing
     */
    static String apply(Path file, Person person, Set<String> people) throws IOException {
        JsonNode document;
        try {
            document = Json.mapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            return ""; // not ours; the search for traces still sees it
        }
        if (document == null) {
            return "";
        }
        int entries = prune(document, person, people, false);
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

    /**
     * @param ofPeople whether the node is the value of a field that holds people
     */
    private static int prune(JsonNode node, Person person, Set<String> people, boolean ofPeople) {
        int removed = 0;
        if (node instanceof ObjectNode object) {
            for (Iterator<Map.Entry<String, JsonNode>> each = object.properties().iterator();
                    each.hasNext(); ) {
                Map.Entry<String, JsonNode> field = each.next();
                String key = field.getKey();
                boolean named = ofPeople || Person.isTelling(key);
                if (named && (person.is(key) || person.owns(key))) {
                    each.remove();
                    removed++;
                } else {
                    removed +=
                            prune(
                                    field.getValue(),
                                    person,
                                    people,
                                    people.contains(field.getKey()));
                }
            }
        } else if (node instanceof ArrayNode list) {
            for (Iterator<JsonNode> each = list.iterator(); each.hasNext(); ) {
                JsonNode element = each.next();
                if (isOf(element, person, ofPeople)) {
                    each.remove();
                    removed++;
                } else {
                    removed += prune(element, person, people, false);
                }
            }
        }
        return removed;
    }

    private static boolean isOf(JsonNode element, Person person, boolean ofPeople) {
        if (element.isTextual()) {
            String text = element.textValue();
            return (ofPeople || Person.isTelling(text)) && (person.is(text) || person.owns(text));
        }
        return element.isObject()
                && (person.belongs(element)
                        || person.isNamedBy(element)
                                && (ofPeople || Person.isTelling(person.userId())));
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
