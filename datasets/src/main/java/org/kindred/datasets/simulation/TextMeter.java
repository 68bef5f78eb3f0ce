package org.kindred.datasets.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Measures any text, also the broken text of a language model, by the words and word order of the
 * simulated language.
 *
 * <ul>
 *   <li>LENGTH = tanh((words - 25) / 14).
 *   <li>STRUCTURE = tanh(0.9 (m - 1)), m = different list markers: {@code 1)}, or {@code First,}
 *       and its like at the start of a sentence.
 *   <li>The other traits = tanh(0.75 (p - n)), p and n = different marker words for and against;
 *       numbers count as concrete. Repeating a word adds nothing.
 *   <li>Fluency = k² · clamp((a - 0.4) / 0.6) · s · clamp((d - 0.5) / 0.4) · clamp((120 - words) /
 *       60), k = share of known words, a = share of word pairs that the language allows, s = share
 *       of sentences with capital (or number), end mark and 2 to 30 words, d = share of word
 *       triples that are different.
 *   <li>Relevance = 0.3 + 0.5 t + 0.2 b, t = share of the topic's words that occur, b = 1 if a word
 *       of advice that belongs to the domain occurs.
 * </ul>
 *
 * StrictMath throughout, so that every machine reads the same.
 */
final class TextMeter {
    private static final double MIDDLE_LENGTH = 25;
    private static final double LENGTH_SCALE = 14;
    private static final double MARKER_GAIN = 0.75;
    private static final double STRUCTURE_GAIN = 0.9;
    private static final int LONGEST_SENTENCE = 30;
    private static final double LONGEST_ANSWER = 60;

    private final List<Trait> traits;
    private final Map<String, Language.Marker> markers;
    private final Set<String> listWords;
    private final WordPairs pairs;

    TextMeter(Language language) {
        traits = language.traits();
        markers = language.markers();
        pairs = new WordPairs(language);
        listWords = new HashSet<>();
        for (String line : language.phrases("list")) {
            listWords.addAll(Words.lowerCase(line));
        }
        language.phrases("link").forEach(link -> listWords.addAll(Words.lowerCase(link)));
        listWords.removeIf(token -> !Character.isLetter(token.charAt(0)));
    }

    Set<String> vocabulary() {
        return pairs.vocabulary();
    }

    Reading read(String text, String topic, Set<String> domainWords) {
        List<String> tokens = Words.of(text);
        List<String> lower = tokens.stream().map(token -> token.toLowerCase(Locale.ROOT)).toList();
        return new Reading(
                traits(lower), fluency(tokens, lower), relevance(lower, topic, domainWords));
    }

    Map<Trait, Double> traits(List<String> lower) {
        int words = 0;
        Set<String> counted = new HashSet<>();
        Set<String> listMarkers = new HashSet<>();
        Map<Trait, Integer> net = new EnumMap<>(Trait.class);
        for (int i = 0; i < lower.size(); i++) {
            String token = lower.get(i);
            if (Words.isListNumber(token) || opensListSentence(lower, i)) {
                listMarkers.add(token);
            }
            if (!Words.isWord(token)) {
                continue;
            }
            words++;
            Language.Marker marker = markers.get(token);
            if ((marker != null || Words.isNumber(token)) && counted.add(token)) {
                Trait trait = marker == null ? Trait.CONCRETENESS : marker.trait();
                net.merge(trait, marker == null ? 1 : marker.sign(), Integer::sum);
            }
        }
        Map<Trait, Double> measured = new EnumMap<>(Trait.class);
        for (Trait trait : traits) {
            double value =
                    switch (trait) {
                        case LENGTH -> (words - MIDDLE_LENGTH) / LENGTH_SCALE;
                        case STRUCTURE -> STRUCTURE_GAIN * (listMarkers.size() - 1);
                        default -> MARKER_GAIN * net.getOrDefault(trait, 0);
                    };
            measured.put(trait, StrictMath.tanh(value));
        }
        return measured;
    }

    private boolean opensListSentence(List<String> lower, int at) {
        return listWords.contains(lower.get(at))
                && (at == 0 || Words.endsSentence(lower.get(at - 1)))
                && at + 1 < lower.size()
                && lower.get(at + 1).equals(",");
    }

    private double fluency(List<String> tokens, List<String> lower) {
        int words = 0;
        int known = 0;
        int allowed = 0;
        String previous = WordPairs.START;
        for (String token : lower) {
            if (Words.isWord(token)) {
                words++;
                known += pairs.vocabulary().contains(token) ? 1 : 0;
            }
            allowed += pairs.allows(previous, token) ? 1 : 0;
            previous = Words.endsSentence(token) ? WordPairs.START : token;
        }
        if (words == 0) {
            return 0;
        }
        double knownShare = (double) known / words;
        double allowedShare = (double) allowed / lower.size();
        return clamp((2 * LONGEST_ANSWER - words) / LONGEST_ANSWER)
                * knownShare
                * knownShare
                * clamp((allowedShare - 0.4) / 0.6)
                * wellFormedShare(tokens)
                * clamp((differentShare(lower) - 0.5) / 0.4);
    }

    private static double wellFormedShare(List<String> tokens) {
        int sentences = 0;
        int good = 0;
        List<String> sentence = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            boolean ends = Words.endsSentence(token);
            sentence.add(token);
            if (ends || i == tokens.size() - 1) {
                sentences++;
                long words = sentence.stream().filter(Words::isWord).count();
                char first = sentence.get(0).charAt(0);
                boolean opens = Character.isUpperCase(first) || Character.isDigit(first);
                good += ends && opens && words >= 2 && words <= LONGEST_SENTENCE ? 1 : 0;
                sentence.clear();
            }
        }
        return (double) good / sentences;
    }

    private static double differentShare(List<String> tokens) {
        int triples = tokens.size() - 2;
        if (triples <= 0) {
            return 1;
        }
        Set<List<String>> different = new HashSet<>();
        for (int i = 0; i < triples; i++) {
            different.add(tokens.subList(i, i + 3));
        }
        return (double) different.size() / triples;
    }

    private static double relevance(List<String> lower, String topic, Set<String> domainWords) {
        Set<String> present = new HashSet<>(lower);
        List<String> topicWords = Words.lowerCase(topic);
        double topicShare =
                (double) topicWords.stream().filter(present::contains).count() / topicWords.size();
        boolean advice = domainWords.stream().anyMatch(present::contains);
        return 0.3 + 0.5 * topicShare + (advice ? 0.2 : 0);
    }

    private static double clamp(double value) {
        return Math.max(0, Math.min(1, value));
    }
}
