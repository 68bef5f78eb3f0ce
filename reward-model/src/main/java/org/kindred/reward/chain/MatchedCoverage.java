package org.kindred.reward.chain;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.kindred.policy.grpo.ScoreOutcome;

/**
 * Coverage without a language model: wishes matched with the names of a chain's criteria by words.
 *
 * <pre>
 * mark(w) = 1/2 + 1/2 max over criteria c of s(w, c) |w and c| / |w|,   PR = mean of marks
 * </pre>
 *
 * where w and c are sets of content words, and s is +1 if both want the thing, -1 if one of them
 * wants its absence ("no", "fewer") or its opposite ("long" and "short"); of the agreeing and the
 * contradicting criterion with the largest overlap the larger counts, the contradicting one if they
 * are alike. So 1 is said, 1/2 not mentioned, 0 the opposite, as the language-model judge marks.
 *
 * <p>Limits: it knows words, no synonyms; weights and persona are not read; and it measures recall
 * alone, so that a chain which names everything covers everything. The outcome reward, and the
 * length limit of completions, are what speaks against that.
 */
public final class MatchedCoverage implements Coverage {
    private static final Set<String> NEGATIONS =
            Set.of("no", "not", "without", "less", "fewer", "little", "few", "avoid", "avoids");

    /** Too common to match by, and words of degree. */
    private static final Set<String> IDLE =
            Set.of(
                    "a",
                    "an",
                    "and",
                    "answer",
                    "answers",
                    "by",
                    "for",
                    "in",
                    "is",
                    "it",
                    "likes",
                    "more",
                    "much",
                    "of",
                    "or",
                    "prefers",
                    "response",
                    "responses",
                    "that",
                    "the",
                    "to",
                    "tone",
                    "very",
                    "wants",
                    "with",
                    "words",
                    "wording");

    private static final List<Set<String>> OPPOSITES =
            List.of(
                    Set.of("long", "short"),
                    Set.of("detailed", "brief"),
                    Set.of("formal", "informal"),
                    Set.of("casual", "sober"),
                    Set.of("elaborate", "plain"),
                    Set.of("varied", "simple"),
                    Set.of("lists", "prose"));

    /** Content words of a phrase, and whether it speaks of an absence. */
    private record Phrase(Set<String> words, boolean negated) {

        static Phrase of(String text) {
            Set<String> words = new TreeSet<>();
            boolean negated = false;
            for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1)) {
                negated |= NEGATIONS.contains(word);
                if (!word.isEmpty() && !IDLE.contains(word) && !NEGATIONS.contains(word)) {
                    words.add(word);
                }
            }
            return new Phrase(words, negated);
        }

        /** Signed share of this phrase's words that the other takes up, -1 to 1. */
        double agreement(Phrase other) {
            int shared = 0;
            boolean opposed = negated != other.negated;
            for (String word : words) {
                if (other.words.contains(word)) {
                    shared++;
                } else if (other.words.stream().anyMatch(o -> opposite(word, o))) {
                    shared++;
                    opposed = !opposed;
                }
            }
            double share = (double) shared / words.size();
            return opposed ? -share : share;
        }

        private static boolean opposite(String one, String other) {
            return OPPOSITES.stream().anyMatch(p -> p.containsAll(Arrays.asList(one, other)));
        }
    }

    @Override
    public ScoreOutcome coverage(String userId, EvaluationChain chain, List<String> wishes) {
        List<Phrase> named =
                chain.criteria().stream().map(criterion -> Phrase.of(criterion.name())).toList();
        double sum = 0;
        int counted = 0;
        for (String wish : wishes) {
            Phrase phrase = Phrase.of(wish);
            if (!phrase.words().isEmpty()) {
                sum += mark(phrase, named);
                counted++;
            }
        }
        return counted == 0
                ? new ScoreOutcome.Abstained("no wishes are known")
                : new ScoreOutcome.Scored(sum / counted);
    }

    private static double mark(Phrase wish, List<Phrase> named) {
        double agreeing = 0;
        double contradicting = 0;
        for (Phrase criterion : named) {
            double agreement = wish.agreement(criterion);
            agreeing = Math.max(agreeing, agreement);
            contradicting = Math.max(contradicting, -agreement);
        }
        return 0.5 + 0.5 * (agreeing > contradicting ? agreeing : -contradicting);
    }
}
