package org.kindred.eval.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How much the texts of one policy repeat each other. Words are what stands between white space, in
 * lower case.
 */
public final class TextDiversity {
    private static final int ORDER = 4;

    private TextDiversity() {}

    /**
     * Distinct-n (Li et al., arXiv 1510.03055): different n-grams over all texts divided by all
     * n-grams; NaN if no text is long enough. Falls with the number of texts: compare equal
     * numbers.
     */
    public static double distinct(List<String> texts, int n) {
        Set<List<String>> different = new HashSet<>();
        long all = 0;
        for (String text : texts) {
            List<List<String>> grams = grams(words(text), n);
            different.addAll(grams);
            all += grams.size();
        }
        return all == 0 ? Double.NaN : different.size() / (double) all;
    }

    /**
     * Self-BLEU (Zhu et al., arXiv 1802.01886): mean BLEU-4 of each text against all others, 0 for
     * nothing in common, 1 for equal texts. NaN with fewer than two texts that have a word.
     *
     * <p>BLEU (Papineni et al., 2002) with uniform weights over the orders 1 to 4, those above 1
     * with one added to matches and n-grams (Lin and Och, 2004), and the brevity penalty to the
     * closest length.
     */
    public static double selfBleu(List<String> texts) {
        List<List<String>> all = texts.stream().map(TextDiversity::words).toList();
        all = all.stream().filter(words -> !words.isEmpty()).toList();
        if (all.size() < 2) {
            return Double.NaN;
        }
        List<Map<List<String>, int[]>> most = new ArrayList<>();
        for (int n = 1; n <= ORDER; n++) {
            most.add(most(all, n));
        }
        int longest = all.stream().mapToInt(List::size).max().orElseThrow();
        int[] lengths = new int[longest + 1];
        all.forEach(words -> lengths[words.size()]++);
        double sum = 0;
        for (int text = 0; text < all.size(); text++) {
            sum += bleu(all.get(text), text, most, lengths);
        }
        return sum / all.size();
    }

    /**
     * For every n-gram {owner, most, second most}: how often it stands in one text, and how often
     * in any but the owner. So each text meets all others without a look at them.
     */
    private static Map<List<String>, int[]> most(List<List<String>> texts, int n) {
        Map<List<String>, int[]> most = new HashMap<>();
        for (int text = 0; text < texts.size(); text++) {
            int owner = text;
            counts(texts.get(text), n)
                    .forEach(
                            (gram, count) -> {
                                int[] best = most.computeIfAbsent(gram, g -> new int[] {-1, 0, 0});
                                if (count > best[1]) {
                                    best[2] = best[1];
                                    best[1] = count;
                                    best[0] = owner;
                                } else {
                                    best[2] = Math.max(best[2], count);
                                }
                            });
        }
        return most;
    }

    private static double bleu(
            List<String> words, int text, List<Map<List<String>, int[]>> most, int[] lengths) {
        double logs = 0;
        for (int n = 1; n <= ORDER; n++) {
            Map<List<String>, int[]> known = most.get(n - 1);
            double matches = 0;
            double grams = 0;
            for (Map.Entry<List<String>, Integer> gram : counts(words, n).entrySet()) {
                int[] best = known.get(gram.getKey());
                matches += Math.min(gram.getValue(), best[0] == text ? best[2] : best[1]);
                grams += gram.getValue();
            }
            logs += Math.log(n == 1 ? matches / grams : (matches + 1) / (grams + 1)) / ORDER;
        }
        int own = words.size();
        int closest = closest(own, lengths);
        double brevity = own >= closest ? 0 : 1 - closest / (double) own;
        return Math.exp(logs + brevity);
    }

    /** Length of another text that is closest, the shorter of two. */
    private static int closest(int own, int[] lengths) {
        for (int gap = 0; ; gap++) {
            if (own - gap > 0 && lengths[own - gap] > (gap == 0 ? 1 : 0)) {
                return own - gap;
            }
            if (own + gap < lengths.length && lengths[own + gap] > (gap == 0 ? 1 : 0)) {
                return own + gap;
            }
        }
    }

    private static Map<List<String>, Integer> counts(List<String> words, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        grams(words, n).forEach(gram -> counts.merge(gram, 1, Integer::sum));
        return counts;
    }

    private static List<List<String>> grams(List<String> words, int n) {
        List<List<String>> grams = new ArrayList<>();
        for (int i = 0; i + n <= words.size(); i++) {
            grams.add(words.subList(i, i + n));
        }
        return grams;
    }

    private static List<String> words(String text) {
        String stripped = text.strip().toLowerCase(Locale.ROOT);
        return stripped.isEmpty() ? List.of() : List.of(stripped.split("\\s+"));
    }
}
