package org.kindred.reward.scaling;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.prototype.PrototypeSpace.Neighbours;

/** A fixed exchange of users: the control in which cells lose their meaning. */
record Permutation(Map<String, String> other) {

    static Permutation of(Collection<String> users, SeedTree seeds) {
        List<String> sorted = new ArrayList<>(new TreeSet<>(users));
        List<String> mixed = seeds.shuffled(sorted);
        Map<String, String> other = new HashMap<>();
        for (int i = 0; i < sorted.size(); i++) {
            other.put(sorted.get(i), mixed.get(i));
        }
        return new Permutation(other);
    }

    /** Each neighbour exchanged; one that becomes the user is left out. */
    Neighbours apply(Neighbours found, String userId) {
        Set<String> users = new LinkedHashSet<>();
        found.userIds().forEach(id -> users.add(other.getOrDefault(id, id)));
        users.remove(userId);
        return new Neighbours(List.copyOf(users), found.cellShort());
    }
}
