package org.kindred.datasets.source;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Task;
import org.kindred.datasets.User;

/**
 * What one record of a source gives.
 *
 * @param keys what may occur only once; the record is set aside if one of them was there before
 * @param userId whose record it is, or null
 * @param dropped parts of the record that give no row
 * @param fact what the format itself needs of the record to make further rows; not written
 * @param tally under which name the record is counted apart, or null
 */
public record Rows(
        List<Key> keys,
        @Nullable String userId,
        List<User> users,
        List<Preference> preferences,
        List<Task> tasks,
        List<Dropped> dropped,
        @Nullable Object fact,
        @Nullable String tally) {

    /**
     * @param space keys of different spaces are never equal
     * @param reason for a record whose key was there before, for example {@code duplicate_id}
     */
    public record Key(String space, String value, String reason) {
        static Key id(String space, String value) {
            return new Key(space, value, "duplicate_id");
        }

        /** Redacted, since a key may be made of text. */
        @Override
        public String toString() {
            return "Key[" + space + "]";
        }
    }

    public Rows {
        keys = List.copyOf(keys);
        users = List.copyOf(users);
        preferences = List.copyOf(preferences);
        tasks = List.copyOf(tasks);
        dropped = List.copyOf(dropped);
    }

    static Rows of(Key key, @Nullable String userId) {
        return new Rows(
                List.of(key), userId, List.of(), List.of(), List.of(), List.of(), null, null);
    }

    /** Rows that were made of several records. */
    static Rows made(@Nullable String userId) {
        return new Rows(List.of(), userId, List.of(), List.of(), List.of(), List.of(), null, null);
    }

    /** A record without a key and without rows. */
    static Rows counted(String tally) {
        return made(null).withTally(tally);
    }

    Rows withUsers(List<User> more) {
        return new Rows(keys, userId, more, preferences, tasks, dropped, fact, tally);
    }

    Rows withPreferences(List<Preference> more, List<Dropped> left) {
        return new Rows(keys, userId, users, more, tasks, left, fact, tally);
    }

    Rows withTask(Task task, List<Dropped> left) {
        return new Rows(keys, userId, users, preferences, List.of(task), left, fact, tally);
    }

    Rows withKey(Key key) {
        List<Key> more = new java.util.ArrayList<>(keys);
        more.add(key);
        return new Rows(more, userId, users, preferences, tasks, dropped, fact, tally);
    }

    Rows withFact(Object newFact) {
        return new Rows(keys, userId, users, preferences, tasks, dropped, newFact, tally);
    }

    Rows withTally(@Nullable String newTally) {
        return new Rows(keys, userId, users, preferences, tasks, dropped, fact, newTally);
    }

    /** Redacted. */
    @Override
    public String toString() {
        return "Rows[" + preferences.size() + " preferences, " + tasks.size() + " tasks]";
    }
}
