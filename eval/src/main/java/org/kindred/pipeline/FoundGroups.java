package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.eval.results.Results;
import org.kindred.eval.stats.RandIndex;
import org.kindred.reward.prototype.PreferenceGroups;
import org.kindred.reward.prototype.PrototypeSpace;

/** The preference groups of a run, for its results: how many, who they are, where they lie. */
final class FoundGroups {
    private final RunContext context;
    private final PreferenceGroups groups;

    FoundGroups(RunContext context) {
        this.context = context;
        groups = context.groups();
    }

    /**
     * @param least members that a group needs for its persona to be told: that of fewer people is a
     *     portrait
     */
    Results.Prototypes describe(PeopleGroups people, int least) {
        Set<String> trained = new TreeSet<>();
        context.data().dataset().training().forEach(row -> trained.add(row.userId()));
        Set<String> others = new TreeSet<>(context.users().keySet());
        others.removeAll(trained);
        List<Results.Prototype> list = new ArrayList<>();
        List<Results.Point> map = new ArrayList<>();
        if (context.judge().embedded()) {
            PrototypeSpace space = context.judge().users();
            Map<String, String> members = space.members();
            space.prototypes()
                    .forEach(
                            cell ->
                                    list.add(
                                            new Results.Prototype(
                                                    cell.label(),
                                                    cell.members().size(),
                                                    cell.members().size() < least
                                                            ? ""
                                                            : cell.persona(),
                                                    cell.stability())));
            space.map()
                    .forEach(
                            (user, place) ->
                                    map.add(
                                            new Results.Point(
                                                    place[0],
                                                    place[1],
                                                    members.get(user),
                                                    people.shown(user))));
        } else {
            groups.sizes()
                    .forEach(
                            (name, users) ->
                                    list.add(new Results.Prototype(name, users, "", null)));
        }
        return new Results.Prototypes(
                list.size(), agreement(trained, people), agreement(others, people), list, map);
    }

    /** A line a group: its users, how stable it is, and its persona where one is known. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Results.Prototype group :
                describe(new PeopleGroups("", Map.of(), Set.of()), 1).list()) {
            lines.add(
                    group.name()
                            + ": "
                            + group.users()
                            + " users"
                            + (group.stability() == null
                                    ? ""
                                    : ", stability " + group.stabilityText())
                            + (group.persona().isEmpty() ? "" : ". " + group.persona()));
        }
        return lines;
    }

    /** Adjusted Rand index of both groupings; NaN for fewer than two users. */
    private double agreement(Set<String> users, PeopleGroups people) {
        Map<String, String> found = new TreeMap<>();
        Map<String, String> known = new TreeMap<>();
        for (String user : users) {
            found.put(user, groups.groupOf(user, ""));
            known.put(user, people.of(user));
        }
        return found.size() < 2
                ? Double.NaN
                : RandIndex.adjusted(List.copyOf(found.values()), List.copyOf(known.values()));
    }
}
