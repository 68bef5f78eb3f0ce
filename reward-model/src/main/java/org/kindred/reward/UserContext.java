package org.kindred.reward;

import java.util.List;
import org.kindred.datasets.Preference;

/**
 * A user as a judge meets one: an id and the choices that may be read, in order of time.
 *
 * @param userId opaque id; judges never look for meaning in it
 * @param history the user's own choices; empty for a stranger
 */
public record UserContext(String userId, List<Preference> history) {

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
