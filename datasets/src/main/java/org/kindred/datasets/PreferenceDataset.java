package org.kindred.datasets;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Users and their choices in memory; order is the order of the files.
 *
 * @param users may be fewer than the user ids of the preferences: a canonical folder needs no users
 *     file
 */
public record PreferenceDataset(List<User> users, List<Preference> preferences) {

    public PreferenceDataset {
        users = List.copyOf(users);
        preferences = List.copyOf(preferences);
    }

    /** Rows that training may read. */
    public List<Preference> training() {
        return preferences.stream().filter(Preference::isTraining).toList();
    }

    /** Rows to be predicted. */
    public List<Preference> targets() {
        return preferences.stream().filter(Preference::isTarget).toList();
    }

    /** Rows of each user, users sorted by id, rows in file order. */
    public Map<String, List<Preference>> byUser() {
        Map<String, List<Preference>> rows = new TreeMap<>();
        for (Preference preference : preferences) {
            rows.computeIfAbsent(preference.userId(), id -> new ArrayList<>()).add(preference);
        }
        return rows;
    }

    /** Users by id. */
    public Map<String, User> usersById() {
        Map<String, User> byId = new LinkedHashMap<>();
        for (User user : users) {
            byId.put(user.id(), user);
        }
        return byId;
    }
}
