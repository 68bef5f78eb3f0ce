package org.kindred.pipeline;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.kindred.datasets.User;
import org.kindred.datasets.simulation.LatentTruth;
import org.kindred.datasets.source.UserLabels;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.alignment.SmallGroups;
import org.kindred.reward.prototype.PreferenceGroups;

/**
 * Whom tables tell apart.
 *
 * @param what the groups are, in words
 * @param byUser label of each user; others are {@link #OTHERS}
 * @param small groups of real people that are too small to be shown
 */
record PeopleGroups(String what, Map<String, String> byUser, Set<String> small) {
    static final String OTHERS = "others";

    /**
     * As the options want them; else the best that is known.
     *
     * @param measured users whom tables will be about, who make a group small or large
     */
    static PeopleGroups of(RunContext context, Collection<String> measured) {
        PeopleGroups found = find(context);
        Map<String, String> labels = new TreeMap<>();
        measured.forEach(user -> labels.put(user, found.of(user)));
        return new PeopleGroups(
                found.what(), found.byUser(), SmallGroups.among(labels, context.leastGroupUsers()));
    }

    private PeopleGroups(String what, Map<String, String> byUser) {
        this(what, byUser, Set.of());
    }

    private static PeopleGroups find(RunContext context) {
        String wanted = context.options().evaluation().groups();
        RunData data = context.data();
        if (!wanted.isEmpty()) {
            return new PeopleGroups("labels by " + wanted, UserLabels.read(wanted, data.dataset()));
        }
        Map<String, String> labels = new TreeMap<>();
        LatentTruth truth = data.truth();
        if (truth != null) {
            data.dataset().byUser().keySet().forEach(user -> labels.put(user, truth.groupOf(user)));
            return new PeopleGroups("the true groups of the simulation", labels);
        }
        if (context.hasGroups()) {
            PreferenceGroups groups = context.groups();
            data.dataset()
                    .byUser()
                    .keySet()
                    .forEach(user -> labels.put(user, groups.groupOf(user, "")));
            return new PeopleGroups("the preference groups of training", labels);
        }
        for (User user : data.dataset().users()) {
            if (user.group() != null) {
                labels.put(user.id(), user.group());
            }
        }
        return labels.isEmpty()
                ? new PeopleGroups("everybody together", labels)
                : new PeopleGroups("groups of the data set", labels);
    }

    Map<String, String> ofUsers(Set<String> users) {
        Map<String, String> labels = new TreeMap<>();
        users.forEach(user -> labels.put(user, of(user)));
        return labels;
    }

    String of(String user) {
        return byUser.getOrDefault(user, OTHERS);
    }

    /** As tables call the user's group; {@link Alignment#ALL} if it is not shown. */
    String shown(String user) {
        String group = of(user);
        return small.contains(group) ? Alignment.ALL : group;
    }
}
