package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A file that was there and was not read.
 *
 * @param name path below the folder that was given
 * @param reason {@code other_fields: A, B} for records that have no layout of the format, with the
 *     fields of the first; {@code no_records} where no record of JSON, parquet or fields was found;
 *     {@code not_needed} where another file of the format says the same; {@code unreadable}
 */
public record Unread(String name, String reason) {
    static final String NOT_NEEDED = "not_needed";
    private static final int NAMED_FIELDS = 8;
    private static final Pattern FIELD = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,39}");

    static Unread of(String name, FileHead head) {
        try {
            List<ObjectNode> records = head.objects();
            return new Unread(
                    name,
                    records.isEmpty() ? "no_records" : "other_fields: " + fields(records.get(0)));
        } catch (IOException e) {
            return new Unread(name, "unreadable");
        }
    }

    @Override
    public String toString() {
        return name + " (" + reason + ")";
    }

    /** Names of the first fields, as far as they look like names and not like text. */
    static String fields(ObjectNode record) {
        return record.properties().stream()
                .map(Map.Entry::getKey)
                .filter(FIELD.asMatchPredicate())
                .limit(NAMED_FIELDS)
                .collect(Collectors.joining(", "));
    }
}
