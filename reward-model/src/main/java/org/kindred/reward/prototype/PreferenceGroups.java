package org.kindred.reward.prototype;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.User;
import org.kindred.reward.UserContext;

/**
 * The preference group of each user, by which P-GRPO keeps its reward histories. Groups are per
 * user: every prompt of a user falls into the same one.
 */
public final class PreferenceGroups {
    /** Name of the one group of {@link #single}. */
    public static final String EVERYBODY = "everybody";

    private final Map<String, String> groupByUser; // sorted by user
    private final List<String> groups;

    private PreferenceGroups(Map<String, String> groupByUser) {
        if (groupByUser.isEmpty()) {
            throw new KindredException("no preference groups: there is no user to put into one");
        }
        this.groupByUser = new TreeMap<>(groupByUser);
        this.groups = List.copyOf(new TreeSet<>(groupByUser.values()));
    }

    /** Cells of the prototypes: stored ones for their members, assigned ones for others. */
    public static PreferenceGroups prototypes(
            PrototypeSpace space, Collection<UserContext> others) {
        Map<String, String> groups = new TreeMap<>(space.members());
        for (UserContext user : others) {
            if (!groups.containsKey(user.userId())) {
                groups.put(user.userId(), space.assign(user));
            }
        }
        return new PreferenceGroups(groups);
    }

    /**
     * Labels of the data set.
     *
     * @throws KindredException if a user has none
     */
    public static PreferenceGroups dataset(Collection<User> users) {
        Map<String, String> groups = new TreeMap<>();
        for (User user : users) {
            if (user.group() == null || user.group().isBlank()) {
                throw new KindredException(
                        "groups: dataset needs a group for every user, but the field group of"
                                + " users.jsonl is missing for some of the "
                                + users.size()
                                + "; use groups: prototypes instead");
            }
            groups.put(user.id(), user.group());
        }
        return new PreferenceGroups(groups);
    }

    /** Control: the same groups in the same sizes, dealt to users at random. */
    public static PreferenceGroups random(PreferenceGroups like, SeedTree seeds) {
        List<String> dealt = new ArrayList<>(like.groupByUser.values());
        SplittableRandom random = seeds.random();
        for (int i = dealt.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            String swapped = dealt.get(i);
            dealt.set(i, dealt.get(j));
            dealt.set(j, swapped);
        }
        Map<String, String> groups = new TreeMap<>();
        for (String user : like.groupByUser.keySet()) {
            groups.put(user, dealt.get(groups.size()));
        }
        return new PreferenceGroups(groups);
    }

    /** Control: one group for all. */
    public static PreferenceGroups single(Collection<String> userIds) {
        Map<String, String> groups = new TreeMap<>();
        new LinkedHashSet<>(userIds).forEach(user -> groups.put(user, EVERYBODY));
        return new PreferenceGroups(groups);
    }

    /**
     * The group by which a response to this prompt is normalised.
     *
     * @param prompt text of the conversation; groups per user do not depend on it
     * @throws KindredException for a user without a group
     */
    public String groupOf(String userId, String prompt) {
        String group = groupByUser.get(userId);
        if (group == null) {
            throw new KindredException(
                    "a user has no preference group: "
                            + groupByUser.size()
                            + " users have one; assign new users by their history first");
        }
        return group;
    }

    /** Names of all groups, sorted. */
    public List<String> groups() {
        return groups;
    }

    /** Users of each group, both sorted. */
    public Map<String, List<String>> usersByGroup() {
        Map<String, List<String>> users = new TreeMap<>();
        groupByUser.forEach(
                (user, group) -> users.computeIfAbsent(group, g -> new ArrayList<>()).add(user));
        return users;
    }
}
