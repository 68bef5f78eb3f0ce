package org.kindred.reward.prototype;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.User;
import org.kindred.reward.TextKey;
import org.kindred.reward.UserContext;

/**
 * The preference group of each user, by which P-GRPO keeps its reward histories. They are per user,
 * so that every prompt of a user falls into the same one, except at level {@link Level#SCENARIO}.
 */
public final class PreferenceGroups {
    /** Name of the one group of {@link #single}. */
    public static final String EVERYBODY = "everybody";

    private final Map<String, String> groupByUser; // sorted by user
    private final Map<String, Map<String, String>> groupByScenario; // user, hash of the prompt
    private final List<String> groups;

    /** What has a group. */
    public enum Level {
        /** A user has one group for all prompts: the default of training. */
        USER,
        /** A user may have another group for each prompt that was met; the user's own elsewhere. */
        SCENARIO
    }

    private PreferenceGroups(Map<String, String> groupByUser) {
        this(groupByUser, Map.of());
    }

    private PreferenceGroups(
            Map<String, String> groupByUser, Map<String, Map<String, String>> groupByScenario) {
        if (groupByUser.isEmpty()) {
            throw new KindredException("no preference groups: there is no user to put into one");
        }
        this.groupByUser = new TreeMap<>(groupByUser);
        this.groupByScenario = groupByScenario;
        TreeSet<String> names = new TreeSet<>(groupByUser.values());
        groupByScenario.values().forEach(byPrompt -> names.addAll(byPrompt.values()));
        this.groups = List.copyOf(names);
    }

    /**
     * Cells of (user, scenario) samples. A user's own group is the cell of most samples, of equal
     * ones that which is nearer to the user's mean taste.
     */
    public static PreferenceGroups scenarios(ScenarioSpace space, Level level) {
        Map<String, List<ScenarioSpace.Member>> byUser = new TreeMap<>();
        for (ScenarioSpace.Member member : space.members()) {
            byUser.computeIfAbsent(member.userId(), id -> new ArrayList<>()).add(member);
        }
        Map<String, String> groups = new TreeMap<>();
        Map<String, Map<String, String>> byScenario = new TreeMap<>();
        byUser.forEach(
                (user, members) -> {
                    groups.put(user, name(mainCell(space, members)));
                    if (level == Level.SCENARIO) {
                        Map<String, String> own = new TreeMap<>();
                        members.forEach(m -> own.put(m.scenario(), name(m.cell())));
                        byScenario.put(user, own);
                    }
                });
        return new PreferenceGroups(groups, byScenario);
    }

    private static String name(int cell) {
        return "cell-" + cell;
    }

    private static int mainCell(ScenarioSpace space, List<ScenarioSpace.Member> members) {
        Map<Integer, Integer> counts = new TreeMap<>();
        double[] mean = new double[members.get(0).taste().length];
        for (ScenarioSpace.Member member : members) {
            counts.merge(member.cell(), 1, Integer::sum);
            for (int i = 0; i < mean.length; i++) {
                mean[i] += member.taste()[i] / members.size();
            }
        }
        int most = counts.values().stream().max(Integer::compare).orElseThrow();
        List<Integer> best =
                counts.keySet().stream().filter(cell -> counts.get(cell) == most).toList();
        return best.size() == 1 ? best.get(0) : space.nearestOf(best, mean);
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
        List<String> dealt = seeds.shuffled(like.groupByUser.values());
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
     * @param prompt text of the conversation; only groups of {@link Level#SCENARIO} depend on it
     * @throws KindredException for a user without a group
     */
    public String groupOf(String userId, String prompt) {
        Map<String, String> byPrompt = groupByScenario.get(userId);
        String group = byPrompt == null ? null : byPrompt.get(TextKey.of(prompt));
        if (group == null) {
            group = groupByUser.get(userId);
        }
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
