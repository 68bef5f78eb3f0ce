package org.kindred.datasets.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes answers in a wanted style: an opening, one to three points of advice, a closing, each
 * there or not, and an aside of one sentence if its trait is wanted. Levels are -1, 0 or 1 for each
 * trait.
 */
final class ResponseWriter {
    static final int LEAST_WORDS = 8;
    static final int MOST_WORDS = 45;
    private static final int MOST_WORDS_OF_AN_ASIDE = 10;
    private static final int MOST_ATTEMPTS = 200;

    private final Language language;

    ResponseWriter(Language language) {
        this.language = language;
    }

    /** One line of plain English of 8 to 45 words, 10 more with an aside, that names the topic. */
    String write(Language.Domain domain, String topic, Map<Trait, Integer> levels, Draws draws) {
        boolean aside = language.asides().stream().anyMatch(trait -> levels.get(trait) > 0);
        int most = MOST_WORDS + (aside ? MOST_WORDS_OF_AN_ASIDE : 0);
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            String text = draft(domain, topic, levels, draws);
            long words = Words.of(text).stream().filter(Words::isWord).count();
            if (words >= LEAST_WORDS && words <= most) {
                return text;
            }
        }
        throw new IllegalStateException("the language has no fitting answer for " + levels);
    }

    private String draft(
            Language.Domain domain, String topic, Map<Trait, Integer> levels, Draws draws) {
        int length = levels.get(Trait.LENGTH);
        int structure = levels.get(Trait.STRUCTURE);
        int warmth = levels.get(Trait.WARMTH);
        boolean warmthAtEnd = length < 0 || draws.chance(0.4);
        boolean warmthTwice = length >= 0 && draws.chance(0.25);

        List<String> sentences = new ArrayList<>();
        String opener = "";
        if (warmth != 0 && (!warmthAtEnd || warmthTwice)) {
            opener = draws.oneOf(language.phrases("opener", Trait.WARMTH, warmth));
        } else if (length >= 0 && draws.chance(0.35)) {
            opener = draws.oneOf(openers(levels.get(Trait.FORMALITY)));
        }
        if (!opener.isEmpty()) {
            sentences.add(fill(opener, topic, draws));
        }
        int points = Math.max(length + 2, structure > 0 ? 2 : 1);
        sentences.addAll(points(points, opener.isEmpty(), domain, topic, levels, draws));
        for (Trait trait : language.asides()) {
            if (levels.get(trait) > 0) {
                sentences.add(fill(draws.oneOf(language.aside(trait)), topic, draws));
            }
        }
        if (warmth != 0 && (warmthAtEnd || warmthTwice)) {
            sentences.add(draws.oneOf(language.phrases("closer", Trait.WARMTH, warmth)));
        } else if (draws.chance(0.4)) {
            sentences.addAll(closer(levels, topic, draws));
        }
        return String.join(" ", sentences);
    }

    private List<String> openers(int formality) {
        return formality == 0
                ? language.phrases("opener")
                : language.phrases("opener", Trait.FORMALITY, formality);
    }

    private List<String> closer(Map<Trait, Integer> levels, String topic, Draws draws) {
        List<Trait> wanted = new ArrayList<>();
        for (Trait trait : List.of(Trait.CERTAINTY, Trait.FORMALITY, Trait.CONCRETENESS)) {
            if (levels.get(trait) != 0) {
                wanted.add(trait);
            }
        }
        if (wanted.isEmpty()) {
            return List.of();
        }
        Trait trait = draws.oneOf(wanted);
        return List.of(
                fill(
                        draws.oneOf(language.phrases("closer", trait, levels.get(trait))),
                        topic,
                        draws));
    }

    private List<String> points(
            int count,
            boolean nameTopic,
            Language.Domain domain,
            String topic,
            Map<Trait, Integer> levels,
            Draws draws) {
        List<String> actions = draws.shuffled(domain.actions()).subList(0, count);
        List<String> reasons = draws.shuffled(domain.reasons()).subList(0, count);
        List<String> frames =
                draws.shuffled(
                        language.frames(levels.get(Trait.CERTAINTY), levels.get(Trait.FORMALITY)));
        List<String> details =
                draws.shuffled(
                        language.phrases(
                                "detail " + (levels.get(Trait.CONCRETENESS) > 0 ? "+" : "-")));
        String[] listMarkers = draws.oneOf(language.phrases("list")).split(" ", -1);
        int length = levels.get(Trait.LENGTH);
        int concreteness = levels.get(Trait.CONCRETENESS);
        int detailAt = draws.below(count);
        List<String> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder point = new StringBuilder();
            if (i == 0 && nameTopic) {
                point.append(draws.oneOf(language.phrases("prefix"))).append(' ');
            }
            point.append(frames.get(i).replace("{A}", actions.get(i)));
            if (concreteness != 0 && (i == detailAt || draws.chance(0.3))) {
                point.append(' ').append(details.get(i));
            }
            if (draws.chance(length > 0 ? 0.6 : length == 0 ? 0.3 : 0)) {
                String tail = draws.oneOf(language.phrases("reason"));
                point.append(' ').append(tail.replace("{R}", reasons.get(i)));
            }
            String marker = marker(i, levels.get(Trait.STRUCTURE), listMarkers, draws);
            points.add(marked(marker, fill(point.toString(), topic, draws)) + ".");
        }
        return points;
    }

    /** What stands before a point; empty for none. */
    private String marker(int index, int structure, String[] listMarkers, Draws draws) {
        if (structure > 0) {
            return listMarkers[index];
        }
        if (index == 1 && structure == 0) {
            return draws.oneOf(language.phrases("link"));
        }
        return index > 0 && draws.chance(0.3) ? draws.oneOf(language.phrases("connector")) : "";
    }

    /** A sentence has one capital: in its first word, which may follow a number. */
    private static String marked(String marker, String point) {
        if (marker.isEmpty()) {
            return capital(point);
        }
        return marker + " " + (Words.isListNumber(marker) ? capital(point) : point);
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private String fill(String phrase, String topic, Draws draws) {
        String text = phrase.replace("{T}", topic);
        for (String[] slot :
                new String[][] {
                    {"{N}", "number"}, {"{P}", "person"}, {"{C}", "city"}, {"{D}", "day"}
                }) {
            if (text.contains(slot[0])) {
                text = text.replace(slot[0], draws.oneOf(language.values(slot[1])));
            }
        }
        return text;
    }
}
