package org.kindred.reward;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.Preference;

/**
 * A user as a judge meets one: an id and the choices that may be read, in order of time.
 *
 * @param userId opaque id; judges never look for meaning in it
 * @param history the user's own choices; empty for a stranger
 */
public record UserContext(String userId, List<Preference> history) {

    /** Choices of one person in the order in which they were made: by slot, then id. */
    public static final Comparator<Preference> ORDER =
            Comparator.comparing(
                            (Preference row) -> row.slot() == null ? Integer.MAX_VALUE : row.slot())
                    .thenComparing(Preference::id)
                    .thenComparing(Preference::chosenText)
                    .thenComparing(Preference::rejectedText);

    public UserContext {
        if (userId == null || userId.isBlank()) {
            throw new IllegalArgumentException("userId is missing: give the user's opaque id");
        }
        history = List.copyOf(history);
        for (Preference row : history) {
            if (!row.userId().equals(userId)) {
                throw new IllegalArgumentException(
                        "history row "
                                + row.id()
                                + " belongs to another user: a context holds one user's choices");
            }
        }
    }

    /** A context for each user of these rows, users sorted by id, rows in {@link #ORDER}. */
    public static Map<String, UserContext> byUser(Collection<Preference> rows) {
        Map<String, List<Preference>> grouped = new TreeMap<>();
        for (Preference row : rows) {
            grouped.computeIfAbsent(row.userId(), id -> new ArrayList<>()).add(row);
        }
        Map<String, UserContext> contexts = new TreeMap<>();
        grouped.forEach(
                (id, own) -> {
                    own.sort(ORDER);
                    contexts.put(id, new UserContext(id, own));
                });
        return contexts;
    }

    /** The same user with the first {@code k} choices only, or all if there are fewer. */
    public UserContext firstChoices(int k) {
        return new UserContext(userId, history.subList(0, Math.min(k, history.size())));
    }

    /** Redacted: ids and texts of users must not reach logs. */
    @Override
    public String toString() {
        return "UserContext[redacted, " + history.size() + " choices]";
    }
}
