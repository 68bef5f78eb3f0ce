package org.kindred.reward.prototype;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.reward.TextKey;
import org.kindred.reward.UserContext;

/**
 * The preference group of each user, by which P-GRPO keeps its reward histories. They are per user,
 * so that every prompt of a user falls into the same one, except at level {@link Level#SCENARIO}.
 */
public final class PreferenceGroups {
    /** Name of the one group where there is one for all. */
    public static final String EVERYBODY = "everybody";

    /** Name of the group of users about whom no rubric could be read. */
    public static final String UNPLACED = "unplaced";

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
        return scenarios(space, level, Map.of());
    }

    /**
     * Likewise with users who have no sample.
     *
     * @param others what each wants whatever is asked, as {@link ScenarioSpace#taste} gives it;
     *     empty for {@link #UNPLACED}
     */
    public static PreferenceGroups scenarios(
            ScenarioSpace space, Level level, Map<String, double[]> others) {
        Map<String, List<ScenarioSpace.Member>> byUser = new TreeMap<>();
        for (ScenarioSpace.Member member : space.members()) {
            byUser.computeIfAbsent(member.userId(), id -> new ArrayList<>()).add(member);
        }
        Map<String, String> groups = new TreeMap<>();
        others.forEach(
                (user, taste) ->
                        groups.put(user, taste.length == 0 ? UNPLACED : name(space.cellOf(taste))));
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

    private record Saved(Map<String, String> groups, Map<String, Map<String, String>> scenarios) {}

    /** Writes the groups to one file, complete or absent. */
    public void save(Path file) {
        Json.write(file, new Saved(groupByUser, groupByScenario));
    }

    /** Reads what {@link #save} wrote. */
    public static PreferenceGroups load(Path file) {
        Saved saved = Json.read(file, Saved.class, "the preference groups");
        return new PreferenceGroups(saved.groups(), saved.scenarios());
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

    /** Whether a user has a group of their own, so that {@link #groupOf} gives one. */
    public boolean knows(String userId) {
        return groupByUser.containsKey(userId);
    }

    /** Number of users in the group {@link #UNPLACED}. */
    public int unplaced() {
        return (int) groupByUser.values().stream().filter(UNPLACED::equals).count();
    }

    /** Users of each group, groups sorted. */
    public Map<String, Integer> sizes() {
        Map<String, Integer> sizes = new TreeMap<>();
        groupByUser.values().forEach(group -> sizes.merge(group, 1, Integer::sum));
        return sizes;
    }

    /** Names of all groups, sorted. */
    public List<String> groups() {
        return groups;
    }
}
