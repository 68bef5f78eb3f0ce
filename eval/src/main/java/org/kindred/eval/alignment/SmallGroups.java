package org.kindred.eval.alignment;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Groups of so few users that a table about them is a table about persons. Who belongs to one is
 * counted among all users and shown in no group.
 *
 * <p>What all users have and the shown groups have not can still be reckoned from means and counts:
 * this keeps names and numbers of few people out of sight, it is no anonymisation.
 */
public final class SmallGroups {
    /** Users that a group of real people needs, where nothing else is said. */
    public static final int LEAST_USERS = 5;

    private SmallGroups() {}

    /** Names with fewer users. */
    public static Set<String> of(
            Map<String, ? extends Collection<String>> usersByGroup, int least) {
        Set<String> small = new TreeSet<>();
        usersByGroup.forEach(
                (group, users) -> {
                    if (new HashSet<>(users).size() < least) {
                        small.add(group);
                    }
                });
        small.remove(Alignment.ALL);
        return small;
    }

    /** Names with fewer users, out of labels by user. */
    public static Set<String> among(Map<String, String> groupOfUser, int least) {
        Map<String, Set<String>> users = new TreeMap<>();
        groupOfUser.forEach(
                (user, group) -> users.computeIfAbsent(group, g -> new HashSet<>()).add(user));
        return of(users, least);
    }

    /** Labels by user, without users of small groups. */
    public static Map<String, String> shown(Map<String, String> groupOfUser, int least) {
        Set<String> small = among(groupOfUser, least);
        Map<String, String> shown = new TreeMap<>(groupOfUser);
        shown.values().removeIf(small::contains);
        return shown;
    }

    /**
     * @param key the option by which they would be shown
     * @return a sentence for the notes; blank if no group is small
     */
    public static String note(int hidden, int least, String key) {
        return hidden == 0
                ? ""
                : hidden
                        + (hidden == 1 ? " group has" : " groups have")
                        + " fewer than "
                        + least
                        + " users, who are counted among all users and shown in no group ("
                        + key
                        + ")";
    }
}
