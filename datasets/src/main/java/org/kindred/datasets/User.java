package org.kindred.datasets;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A person whose choices a dataset holds.
 *
 * @param attributes what the source tells about the person; read by evaluation only
 * @param statedPreferences what the person said to want, field by field
 * @param group label of the dataset, if it has one; a training input only where the option {@code
 *     groups: dataset} says so
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record User(
        String id,
        @Nullable Map<String, Object> attributes,
        @Nullable Map<String, Object> statedPreferences,
        @Nullable String group) {

    /** Redacted: users appear in logs as a keyed hash only. */
    @Override
    public String toString() {
        return "User[redacted]";
    }
}
