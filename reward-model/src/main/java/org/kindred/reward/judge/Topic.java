package org.kindred.reward.judge;

import java.util.Map;
import java.util.Set;

/**
 * What one prompt is about, as {@link Topics} tells it.
 *
 * @param stems its words, with their weights
 * @param runs all its runs of three words
 */
public record Topic(Map<String, Double> stems, Set<String> runs) {
    /** Of a rubric that holds for any prompt. */
    static final Topic ANY = new Topic(Map.of(), Set.of());

    /** Weighted share of the prompt's words that a text takes up, 0 to 1. */
    double share(Set<String> own) {
        double all = 0;
        double taken = 0;
        for (Map.Entry<String, Double> stem : stems.entrySet()) {
            all += stem.getValue();
            taken += own.contains(stem.getKey()) ? stem.getValue() : 0;
        }
        return all > 0 ? taken / all : 0;
    }

    /** Whether a text of these runs is nothing but words of the prompt in their order. */
    boolean isEchoed(Set<String> own) {
        return !own.isEmpty() && runs.containsAll(own);
    }

    /** Redacted: words of a prompt. */
    @Override
    public String toString() {
        return "Topic[" + stems.size() + " words]";
    }
}
