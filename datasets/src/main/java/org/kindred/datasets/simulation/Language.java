package org.kindred.datasets.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.Sha256;

/**
 * The written language of a simulated world, from resources such as {@code language.txt}: phrases
 * with slots, marker words of each trait, and for each domain its topics, questions, actions,
 * reasons and shift of taste.
 */
final class Language {
    private static final Set<Trait> EVERYWHERE = EnumSet.range(Trait.LENGTH, Trait.CONCRETENESS);

    /** Words that this many domains use say nothing about a domain. */
    private static final int COMMON_IN_DOMAINS = 3;

    /**
     * A field of life.
     *
     * @param outOfDistribution never shown in training
     * @param shift added to everybody's weights here
     * @param ownWords words of its actions and reasons that few other domains use
     */
    record Domain(
            String name,
            boolean outOfDistribution,
            Map<Trait, Double> shift,
            List<String> topics,
            List<String> questions,
            List<String> actions,
            List<String> reasons,
            Set<String> ownWords) {}

    /** The value of a marker word: +1 or -1 for its trait. */
    record Marker(Trait trait, int sign) {}

    private final Map<String, List<String>> sections = new LinkedHashMap<>();
    private final List<Domain> domains = new ArrayList<>();
    private final Map<String, Marker> markers = new HashMap<>();
    private final List<Trait> traits = new ArrayList<>();
    private final List<Trait> asides = new ArrayList<>();
    private static final int FINGERPRINT_DIGITS = 16;
    private final String fingerprint;

    private Language(byte[] resource) {
        fingerprint = Sha256.of(resource).substring(0, FINGERPRINT_DIGITS);
        List<String> current = new ArrayList<>();
        for (String line : new String(resource, StandardCharsets.US_ASCII).split("\r?\n", -1)) {
            if (line.startsWith("[")) {
                current = new ArrayList<>();
                sections.put(line.substring(1, line.length() - 1), current);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                current.add(line);
            }
        }
        for (Trait trait : Trait.values()) {
            if (!aside(trait).isEmpty()) {
                asides.add(trait);
            }
            for (int sign : new int[] {1, -1}) {
                for (String line : phrases("marker", trait, sign)) {
                    for (String word : line.split(" ", -1)) {
                        markers.put(word, new Marker(trait, sign));
                    }
                }
            }
            if (EVERYWHERE.contains(trait) || asides.contains(trait)) {
                traits.add(trait);
            }
        }
        Map<String, Integer> domainsUsing = new HashMap<>();
        List<String> names = new ArrayList<>();
        for (String section : sections.keySet()) {
            if (section.startsWith("domain ")) {
                String name = section.substring("domain ".length());
                names.add(name);
                advice(name).forEach(word -> domainsUsing.merge(word, 1, Integer::sum));
            }
        }
        for (String name : names) {
            Set<String> own = advice(name);
            own.removeIf(word -> domainsUsing.get(word) >= COMMON_IN_DOMAINS);
            List<String> head = phrases("domain " + name);
            domains.add(
                    new Domain(
                            name,
                            head.contains("ood"),
                            shift(head.get(head.size() - 1)),
                            phrases("topic " + name),
                            phrases("question " + name),
                            phrases("action " + name),
                            phrases("reason " + name),
                            Set.copyOf(own)));
        }
    }

    /**
     * @param resources files of this package that are read as one; domains of the first come first
     */
    static Language load(String... resources) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String resource : resources) {
            try (InputStream in = Language.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException(resource + " is missing from the program");
                }
                in.transferTo(all);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Language(all.toByteArray());
    }

    /** Changes with every edit of the language, and so with what the meters read. */
    String fingerprint() {
        return fingerprint;
    }

    List<Domain> domains() {
        return domains;
    }

    /**
     * @throws IllegalArgumentException for a name that the language does not know
     */
    Domain domain(String name) {
        return domains.stream()
                .filter(domain -> domain.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown domain " + name));
    }

    /** What its texts can be more or less of. */
    List<Trait> traits() {
        return traits;
    }

    /** The traits among them that are there or not; an answer has at most one. */
    List<Trait> asides() {
        return asides;
    }

    /** Sentences that bring such a trait; none for any other. */
    List<String> aside(Trait trait) {
        return phrases("aside " + trait);
    }

    Map<String, Marker> markers() {
        return markers;
    }

    /** The phrases of a section; none if there is no such section. */
    List<String> phrases(String section) {
        return sections.getOrDefault(section, List.of());
    }

    /** The phrases that push a trait, for example {@code closer WARMTH +}. */
    List<String> phrases(String section, Trait trait, int sign) {
        return phrases(section + " " + trait + " " + sign(sign));
    }

    /** Ways to give advice with a certainty and a formality, each -1, 0 or 1. */
    List<String> frames(int certainty, int formality) {
        return phrases("frame " + sign(certainty) + " " + sign(formality));
    }

    /** All phrases of all sections whose name starts so. */
    List<String> phrasesStartingWith(String prefix) {
        return sections.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .flatMap(entry -> entry.getValue().stream())
                .toList();
    }

    /** The values of a closed slot such as {@code number}, which stand on one line. */
    List<String> values(String section) {
        return List.of(phrases(section).get(0).split(" ", -1));
    }

    private static String sign(int sign) {
        return sign > 0 ? "+" : sign < 0 ? "-" : "0";
    }

    private Set<String> advice(String domain) {
        Set<String> words = new HashSet<>();
        phrases("action " + domain).forEach(phrase -> words.addAll(Words.of(phrase)));
        phrases("reason " + domain).forEach(phrase -> words.addAll(Words.of(phrase)));
        return words;
    }

    private static Map<Trait, Double> shift(String line) {
        Map<Trait, Double> shift = new EnumMap<>(Trait.class);
        String[] parts = line.split(" ", -1);
        for (int i = 1; i < parts.length; i += 2) {
            shift.put(Trait.valueOf(parts[i]), Double.valueOf(parts[i + 1]));
        }
        return shift;
    }
}
