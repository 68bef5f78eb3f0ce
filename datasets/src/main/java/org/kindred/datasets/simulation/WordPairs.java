package org.kindred.datasets.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which word may follow which in the language, worked out from its phrases rather than sampled, so
 * that every text of {@link ResponseWriter} holds allowed pairs alone. {@link #START} stands before
 * the first word of a sentence. All in lower case.
 */
final class WordPairs {
    static final String START = "<start>";

    private static final Map<String, String> CLOSED_SLOTS =
            Map.of("{n}", "number", "{p}", "person", "{c}", "city", "{d}", "day");

    private final Map<String, List<List<String>>> slots = new HashMap<>();
    private final Map<String, Set<String>> followers = new HashMap<>();
    private final Set<String> vocabulary = new HashSet<>();

    WordPairs(Language language) {
        List<List<String>> topics = new ArrayList<>();
        List<List<String>> actions = new ArrayList<>();
        List<List<String>> reasons = new ArrayList<>();
        for (Language.Domain domain : language.domains()) {
            topics.addAll(tokens(domain.topics()));
            actions.addAll(tokens(domain.actions()));
            reasons.addAll(tokens(domain.reasons()));
        }
        slots.put("{t}", topics);
        slots.put("{a}", actions);
        slots.put("{r}", reasons);
        CLOSED_SLOTS.forEach((slot, name) -> slots.put(slot, tokens(language.values(name))));
        slots.values().forEach(fillings -> fillings.forEach(this::allowWithin));

        List<List<String>> sentences = new ArrayList<>();
        sentences.addAll(tokens(language.phrasesStartingWith("opener")));
        sentences.addAll(tokens(language.phrasesStartingWith("closer")));
        sentences.addAll(tokens(language.phrasesStartingWith("aside")));
        link(List.of(List.of(START)), sentences);

        List<List<String>> markers = new ArrayList<>();
        for (String line : language.phrases("list")) {
            markers.addAll(tokens(List.of(line.split(" ", -1))));
        }
        markers.addAll(tokens(language.phrases("link")));
        markers.addAll(tokens(language.phrases("connector")));
        List<List<String>> prefixes = tokens(language.phrases("prefix"));
        List<List<String>> frames = tokens(language.phrasesStartingWith("frame"));
        List<List<String>> details = tokens(language.phrasesStartingWith("detail"));
        List<List<String>> tails = tokens(language.phrases("reason"));
        List<List<String>> start = List.of(List.of(START));
        List<List<String>> end = List.of(List.of("."));
        for (List<List<String>> before : List.of(start, markers)) {
            link(before, prefixes);
            link(before, frames);
        }
        link(start, markers);
        link(prefixes, frames);
        link(frames, details);
        link(frames, tails);
        link(details, tails);
        for (List<List<String>> last : List.of(frames, details, tails)) {
            link(last, end);
        }
        for (List<List<String>> phrases :
                List.of(sentences, markers, prefixes, frames, details, tails)) {
            phrases.forEach(this::allowWithin);
        }
    }

    boolean allows(String first, String second) {
        return followers.getOrDefault(first, Set.of()).contains(second);
    }

    /** Every word and number that a response may hold. */
    Set<String> vocabulary() {
        return vocabulary;
    }

    private void allowWithin(List<String> phrase) {
        for (int i = 0; i < phrase.size(); i++) {
            if (!slots.containsKey(phrase.get(i)) && Words.isWord(phrase.get(i))) {
                vocabulary.add(phrase.get(i));
            }
            if (i > 0) {
                link(List.of(List.of(phrase.get(i - 1))), List.of(List.of(phrase.get(i))));
            }
        }
    }

    private void link(List<List<String>> before, List<List<String>> after) {
        Set<String> firsts = new HashSet<>();
        for (List<String> phrase : after) {
            firsts.addAll(edges(phrase.get(0), true));
        }
        for (List<String> phrase : before) {
            for (String last : edges(phrase.get(phrase.size() - 1), false)) {
                followers.computeIfAbsent(last, word -> new HashSet<>()).addAll(firsts);
            }
        }
    }

    /** The first or last words of what a token may stand for. */
    private Set<String> edges(String token, boolean first) {
        List<List<String>> fillings = slots.get(token);
        if (fillings == null) {
            return Set.of(token);
        }
        Set<String> edges = new HashSet<>();
        for (List<String> filling : fillings) {
            edges.add(filling.get(first ? 0 : filling.size() - 1));
        }
        return edges;
    }

    private static List<List<String>> tokens(List<String> phrases) {
        return phrases.stream()
                .map(phrase -> Words.of(phrase).stream().map(WordPairs::lower).toList())
                .toList();
    }

    private static String lower(String token) {
        return token.toLowerCase(Locale.ROOT);
    }
}
