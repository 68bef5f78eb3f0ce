package org.kindred.eval.alignment;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether completions are texts at all. Policies that write none cannot be told apart by any
 * measure, which is another thing than to be equally good.
 *
 * <p>A completion is broken if it has no letter, if simulated people get nothing from it (true
 * utility below {@link #NOTHING}), or if less than half of its words occur in the data, where these
 * are large enough ({@link #ENOUGH_WORDS}) to hold most words of a language.
 */
public final class Legibility {
    /** True utility of texts without fluency or relevance; the worst real answers reach 0.1. */
    static final double NOTHING = 0.01;

    /** Different words of the data from which on a word that is missing means something. */
    static final int ENOUGH_WORDS = 2_000;

    /** Words; in scripts that are written without blanks, characters. */
    private static final Pattern WORD =
            Pattern.compile(
                    "[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}\\p{IsLao}\\p{IsKhmer}\\p{IsMyanmar}]"
                            + "|[\\p{L}\\p{M}]++");

    private final Set<String> known = new HashSet<>();

    /**
     * @param data texts of people: prompts and answers
     */
    public Legibility(Stream<String> data) {
        data.forEach(text -> words(text).forEach(known::add));
    }

    private static Stream<String> words(String text) {
        Matcher words = WORD.matcher(text.toLowerCase(Locale.ROOT));
        return words.results().map(word -> word.group());
    }

    boolean broken(Sample sample) {
        List<String> words = words(sample.completion()).toList();
        return words.isEmpty()
                || sample.utility() < NOTHING
                || known.size() >= ENOUGH_WORDS
                        && words.stream().filter(known::contains).count() * 2 < words.size();
    }

    /** What to know of policies half of whose completions are broken, or more. */
    public List<String> warnings(List<Sample> samples, List<String> policies) {
        return policies.stream()
                .map(policy -> warning(policy, samples))
                .filter(warning -> !warning.isEmpty())
                .toList();
    }

    private String warning(String policy, List<Sample> samples) {
        List<Sample> own = samples.stream().filter(s -> s.policy().equals(policy)).toList();
        long broken = own.stream().filter(this::broken).count();
        return broken == 0 || broken * 2 < own.size()
                ? ""
                : policy
                        + " wrote no readable text in "
                        + broken
                        + " of "
                        + own.size()
                        + " completions: its numbers say so and nothing else, and policies that both"
                        + " write none are not to be compared; read eval/samples.jsonl";
    }
}
