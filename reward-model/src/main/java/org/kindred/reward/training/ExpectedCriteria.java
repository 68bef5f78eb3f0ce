package org.kindred.reward.training;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What chains about a user are expected to cover: what the user stated; else the criteria of the
 * teacher's kept chains about the user, those of the same pair first, else the most frequent ones.
 */
final class ExpectedCriteria {
    private static final int MOST = 7;

    private final Map<String, List<String>> ofPair = new HashMap<>();
    private final Map<String, Map<String, Integer>> ofUser = new HashMap<>();

    ExpectedCriteria(List<TeacherChain> kept) {
        for (TeacherChain chain : kept) {
            ofPair.putIfAbsent(chain.rowId(), chain.criteria());
            Map<String, Integer> counts =
                    ofUser.computeIfAbsent(chain.userId(), id -> new TreeMap<>());
            chain.criteria().forEach(name -> counts.merge(name, 1, Integer::sum));
        }
    }

    List<String> of(TrainingPair pair) {
        if (!pair.stated().isEmpty()) {
            return pair.stated();
        }
        List<String> own = ofPair.get(pair.id());
        if (own != null) {
            return own;
        }
        return ofUser.getOrDefault(pair.user().userId(), Map.of()).entrySet().stream()
                .sorted(
                        Comparator.comparing((Map.Entry<String, Integer> e) -> -e.getValue())
                                .thenComparing(Map.Entry::getKey))
                .limit(MOST)
                .map(Map.Entry::getKey)
                .toList();
    }
}
