package org.kindred.datasets;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A record that was set aside. It says where and why, never what the text was.
 *
 * @param file name of the file inside the data set
 * @param line number of the line from 1 (of the row from 0 in parquet, of the entry from 0 in a
 *     JSON array, of the data record from 1 in CSV)
 * @param reason one of the reasons of the reference policy, for example {@code bad_json} or {@code
 *     missing_field:user_id}
 * @param id of the record in its source, where it could be read
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Quarantined(String file, long line, String reason, @Nullable String id) {

    public Quarantined(String file, long line, String reason) {
        this(file, line, reason, null);
    }

    /** How often each reason occurs, by reason. */
    public static Map<String, Long> countByReason(List<Quarantined> quarantined) {
        return quarantined.stream()
                .collect(
                        Collectors.groupingBy(
                                Quarantined::reason, TreeMap::new, Collectors.counting()));
    }

    /** One line for people: {@code 3 records set aside: 2 bad_json, 1 duplicate_id}. */
    public static String summary(List<Quarantined> quarantined) {
        if (quarantined.isEmpty()) {
            return "no record set aside";
        }
        return countByReason(quarantined).entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(
                        Collectors.joining(
                                ", ",
                                quarantined.size()
                                        + (quarantined.size() == 1 ? " record" : " records")
                                        + " set aside: ",
                                ""));
    }

    /** Writes one JSON line a record. */
    public static void write(Path file, List<Quarantined> quarantined) {
        AtomicFiles.write(
                file,
                out -> {
                    for (Quarantined record : quarantined) {
                        Json.writeLine(out, record);
                    }
                });
    }
}
