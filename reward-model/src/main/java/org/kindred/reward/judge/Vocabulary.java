package org.kindred.reward.judge;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * In how many texts a word occurs, by its first letters ({@link Topics#stems}).
 *
 * @param frequency texts that hold each stem; those of one text are left out
 * @param texts all of them
 */
record Vocabulary(Map<String, Integer> frequency, int texts) {

    static Vocabulary fit(List<String> texts) {
        Map<String, Integer> frequency = new TreeMap<>();
        for (String text : texts) {
            Topics.stems(Topics.words(text))
                    .forEach(stem -> frequency.merge(stem, 1, Integer::sum));
        }
        frequency.values().removeIf(count -> count == 1);
        return new Vocabulary(frequency, texts.size());
    }

    /** How usual the words are: the sum of {@code ln} of the share of texts with each of them. */
    double usual(Set<String> stems) {
        double sum = 0;
        for (String stem : stems) {
            sum += Math.log((frequency.getOrDefault(stem, 0) + 0.5) / (texts + 1));
        }
        return sum;
    }
}
