package org.kindred.reward.judge;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;

/**
 * How far a text can be an answer at all, learned from the answers of the training rows: a judge of
 * taste alone pays for a full stop, a refusal or a salad of words as long as its meters like them.
 *
 * <p>A text is measured in five ways, each held against the answers as they measure when their
 * domain is left out (their prompt, where there are fewer than three domains; themselves, where
 * there are few prompts): number of words, order of the words ({@link NGrams}), how usual they are
 * ({@link Vocabulary}), runs that repeat, share of the prompt's own words that it takes up. Half a
 * standard deviation below what one answer in two hundred falls short of, plausibility begins to
 * fall, as {@code exp(-4 e)}, of the order {@code exp(-8 e)}, with e the standard deviations that
 * are missing. Data whose answers differ widely in one of the ways so have a loose bound there.
 * Refusals, announcements of an answer and repetitions of the prompt are no answer, unless chosen
 * answers often are.
 *
 * @param orderMean of the order, a symbol
 * @param usualMean of usual words, a word
 * @param words bound on the logarithm of the number of words
 * @param order bound on the fit of each word to the two before it
 * @param usual bound on how usual the words are
 * @param fresh bound on the share of runs of three words that stood before, negative
 * @param relevance bound on the share of the prompt's words
 * @param refusals whether refusals count as answers
 * @param echoes whether repetitions of the prompt do
 */
record Plausibility(
        Tokens tokens,
        NGrams grams,
        Vocabulary vocabulary,
        Topics topics,
        double orderMean,
        double usualMean,
        Bound words,
        Bound order,
        Bound usual,
        Bound fresh,
        Bound relevance,
        boolean refusals,
        boolean echoes) {
    private static final double SHORT = 0.005; // share of answers below a bound
    private static final double SLACK = 0.5; // standard deviations: answers to come differ more
    private static final double STEEP = 4;
    private static final double ORDER_STEEP = 8; // bounds of words in a row are never met by chance

    /**
     * A bound from below.
     *
     * @param least value that is still fine
     * @param deviation standard deviation of the answers
     */
    record Bound(double least, double deviation) {
        static final Bound NONE = new Bound(-1e9, 1);

        /**
         * @param values of the answers
         * @param floor least standard deviation, where the answers hardly differ
         */
        static Bound of(DoubleStream values, double floor) {
            double[] sorted = values.sorted().toArray();
            double mean = Arrays.stream(sorted).average().orElse(0);
            double squares = Arrays.stream(sorted).map(v -> (v - mean) * (v - mean)).sum();
            double deviation = Math.max(floor, Math.sqrt(squares / sorted.length));
            return new Bound(sorted[(int) (SHORT * sorted.length)] - SLACK * deviation, deviation);
        }

        /** Standard deviations that are missing. */
        double missing(double value) {
            return Math.max(0, (least - value) / deviation);
        }
    }

    /** Everything is plausible. */
    static Plausibility any() {
        return new Plausibility(
                new Tokens(Set.of()),
                NGrams.fit(List.of()),
                Vocabulary.fit(List.of()),
                Topics.fit(List.of()),
                0,
                0,
                Bound.NONE,
                Bound.NONE,
                Bound.NONE,
                Bound.NONE,
                Bound.NONE,
                true,
                true);
    }

    /** A sum of so many parts above what they have on average, in a unit that suits any number. */
    static double excess(double sum, double mean, double parts) {
        return (sum - mean * parts) / Math.sqrt(parts);
    }

    static double repeated(String text) {
        return TextProfile.of(text).repeatedTriples();
    }

    Topic topic(String prompt) {
        return prompt.isBlank() ? Topic.ANY : topics.of(prompt);
    }

    /**
     * A text, read for itself.
     *
     * @param missing standard deviations that it lacks of all bounds but relevance, the order's
     *     twice
     * @param refused whether it declines to answer
     * @param stems of its words
     * @param runs of three words
     */
    record Reading(double missing, boolean refused, Set<String> stems, Set<String> runs) {}

    Reading read(String text) {
        List<String> said = Topics.words(text);
        List<String> symbols = tokens.of(text);
        Set<String> stems = Topics.stems(said);
        double inOrder = excess(grams.order(symbols), orderMean, symbols.size() + 1.0);
        double known = excess(vocabulary.usual(stems), usualMean, stems.size() + 1.0);
        return new Reading(
                words.missing(Math.log1p(said.size()))
                        + ORDER_STEEP / STEEP * order.missing(inOrder)
                        + usual.missing(known)
                        + fresh.missing(-repeated(text)),
                Refusal.is(text),
                stems,
                Topics.runs(said));
    }

    /** 1 for a text as answers are, down to 0 for one that can be no answer to the prompt. */
    double of(Topic topic, Reading text) {
        if (!refusals && text.refused() || !echoes && topic.isEchoed(text.runs())) {
            return 0;
        }
        double irrelevant =
                topic.stems().isEmpty() ? 0 : relevance.missing(topic.share(text.stems()));
        return Math.exp(-STEEP * (text.missing() + irrelevant));
    }
}
