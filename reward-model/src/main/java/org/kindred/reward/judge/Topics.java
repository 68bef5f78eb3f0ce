package org.kindred.reward.judge;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which words of a prompt say what it is about: rare ones among prompts, by their first {@value
 * #STEM} letters.
 *
 * @param frequency prompts that hold each stem
 * @param prompts different ones
 */
record Topics(Map<String, Integer> frequency, int prompts) {
    private static final int STEM = 6;
    private static final int LEAST_LETTERS = 3;
    private static final int ECHO = 3; // words in a row

    static Topics fit(Collection<String> prompts) {
        Map<String, Integer> frequency = new TreeMap<>();
        Set<String> different = new HashSet<>(prompts);
        for (String prompt : different) {
            stems(words(prompt)).forEach(stem -> frequency.merge(stem, 1, Integer::sum));
        }
        frequency.values().removeIf(count -> count == 1); // as good as unseen
        return new Topics(frequency, different.size());
    }

    Topic of(String prompt) {
        List<String> words = words(prompt);
        Map<String, Double> weights = new HashMap<>();
        for (String stem : stems(words)) {
            weights.put(stem, Math.log((1.0 + prompts) / frequency.getOrDefault(stem, 1)));
        }
        return new Topic(weights, runs(words));
    }

    static List<String> words(String text) {
        return Tokens.split(text).stream()
                .filter(token -> Character.isLetterOrDigit(token.codePointAt(0)))
                .map(token -> token.toLowerCase(Locale.ROOT))
                .toList();
    }

    static Set<String> stems(List<String> words) {
        Set<String> stems = new HashSet<>();
        for (String word : words) {
            if (word.length() >= LEAST_LETTERS) {
                stems.add(word.substring(0, Math.min(STEM, word.length())));
            }
        }
        return stems;
    }

    static Set<String> runs(List<String> words) {
        Set<String> runs = new HashSet<>();
        for (int i = 0; i + ECHO <= words.size(); i++) {
            runs.add(String.join(" ", words.subList(i, i + ECHO)));
        }
        return runs;
    }
}
