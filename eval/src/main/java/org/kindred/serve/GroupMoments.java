package org.kindred.serve;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.advantage.HistoryScale;
import org.kindred.policy.advantage.Moments;

/**
 * Reward statistics of every preference group; immutable.
 *
 * @param groups by name, sorted
 */
record GroupMoments(Map<String, Moments> groups) {
    static final GroupMoments EMPTY = new GroupMoments(Map.of());
    private static final int LEAST = 2; // below, a group has no spread

    GroupMoments {
        groups = new TreeMap<>(groups);
    }

    /** Of the rewards of one step, taken in the order of their ids, whoever came first. */
    static GroupMoments of(Collection<Entry> step) {
        Map<String, Moments> groups = new TreeMap<>();
        List<Entry> sorted =
                step.stream()
                        .filter(Entry::counts)
                        .sorted(Comparator.comparing(Entry::id))
                        .toList();
        for (Entry entry : sorted) {
            if (entry.group() != null && entry.raw() != null) {
                Moments before = groups.getOrDefault(entry.group(), Moments.EMPTY);
                groups.put(entry.group(), before.plus(entry.raw()));
            }
        }
        return new GroupMoments(groups);
    }

    GroupMoments merge(GroupMoments other) {
        Map<String, Moments> merged = new TreeMap<>(groups);
        other.groups.forEach((name, moments) -> merged.merge(name, moments, Moments::merge));
        return new GroupMoments(merged);
    }

    Moments of(@Nullable String group) {
        return group == null ? Moments.EMPTY : groups.getOrDefault(group, Moments.EMPTY);
    }

    /** The reward against its group's history; 0 and cold of a group with fewer than two. */
    Entry normalise(Entry entry) {
        if (entry.raw() == null) {
            return entry;
        }
        Moments history = of(entry.group());
        return history.count() < LEAST
                ? entry.normalised(0, true)
                : entry.normalised(HistoryScale.of(history).normalised(entry.raw()), false);
    }
}
