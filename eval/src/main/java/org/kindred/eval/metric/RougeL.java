package org.kindred.eval.metric;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * ROUGE-L of two texts (Lin, "ROUGE: a package for automatic evaluation of summaries", 2004):
 * longest common subsequence of words, as recall by the reference's words and precision by the
 * candidate's.
 *
 * <p>Words are runs of letters and digits in lower case, without stemming, as in Google's {@code
 * rouge_score}; deviation: letters of every script, not of English alone.
 */
public final class RougeL {
    private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");

    private RougeL() {}

    /** Harmonic mean of precision and recall, 0 to 1; NaN if the reference has no word. */
    public static double f1(String candidate, String reference) {
        List<String> own = words(candidate);
        List<String> wanted = words(reference);
        if (wanted.isEmpty()) {
            return Double.NaN;
        }
        return own.isEmpty() ? 0 : 2.0 * common(own, wanted) / (own.size() + wanted.size());
    }

    private static int common(List<String> first, List<String> second) {
        int[] lengths = new int[second.size() + 1];
        for (String word : first) {
            int diagonal = 0;
            for (int j = 1; j <= second.size(); j++) {
                int above = lengths[j];
                lengths[j] =
                        word.equals(second.get(j - 1))
                                ? diagonal + 1
                                : Math.max(above, lengths[j - 1]);
                diagonal = above;
            }
        }
        return lengths[second.size()];
    }

    private static List<String> words(String text) {
        return BETWEEN.splitAsStream(text.toLowerCase(Locale.ROOT))
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
