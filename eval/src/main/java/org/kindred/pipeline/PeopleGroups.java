package org.kindred.pipeline;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.kindred.datasets.User;
import org.kindred.datasets.simulation.LatentTruth;
import org.kindred.datasets.source.UserLabels;
import org.kindred.reward.prototype.PreferenceGroups;

/**
 * Whom tables tell apart.
 *
 * @param what the groups are, in words
 * @param byUser label of each user; others are {@link #OTHERS}
 */
record PeopleGroups(String what, Map<String, String> byUser) {
    static final String OTHERS = "others";

    /** As the options want them; else the best that is known. */
    static PeopleGroups of(RunContext context) {
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
}
