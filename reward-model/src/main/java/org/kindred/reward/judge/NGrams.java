package org.kindred.reward.judge;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts of symbols in a row, for how well symbols follow each other: {@code p(c | a b) = (n(a b c)
 * + k p(c | b)) / (n(a b) + k)}, likewise for pairs, and single symbols with one more unseen.
 *
 * @param counts of runs of one to three symbols, joined by blanks; runs of two and three that were
 *     met once are left out, as the accidents of a text
 * @param total symbols
 */
record NGrams(Map<String, Integer> counts, int total) {
    private static final double PRIOR = 5; // symbols that a shorter run counts for
    private static final String EDGE = "^";

    static NGrams fit(List<List<String>> sequences) {
        Map<String, Integer> counts = new TreeMap<>();
        int total = 0;
        for (List<String> sequence : sequences) {
            String before = EDGE;
            String first = EDGE;
            counts.merge(EDGE, 1, Integer::sum);
            counts.merge(EDGE + " " + EDGE, 1, Integer::sum);
            for (int i = 0; i <= sequence.size(); i++) {
                String symbol = i < sequence.size() ? sequence.get(i) : EDGE;
                counts.merge(symbol, 1, Integer::sum);
                counts.merge(before + " " + symbol, 1, Integer::sum);
                counts.merge(first + " " + before + " " + symbol, 1, Integer::sum);
                total++;
                first = before;
                before = symbol;
            }
        }
        counts.entrySet().removeIf(run -> run.getValue() == 1 && run.getKey().indexOf(' ') >= 0);
        return new NGrams(counts, total);
    }

    /**
     * How much better each symbol fits to the two before it than anywhere, in nats: {@code sum ln
     * p(c | a b) - ln p(c)}, ends included. Near or below 0 for symbols without order, however
     * usual each of them is.
     */
    double order(List<String> sequence) {
        double sum = 0;
        String before = EDGE;
        String first = EDGE;
        for (int i = 0; i <= sequence.size(); i++) {
            String symbol = i < sequence.size() ? sequence.get(i) : EDGE;
            double single = (count(symbol) + 1.0) / (total + counts.size() + 1.0);
            double pair = (count(before + " " + symbol) + PRIOR * single) / (count(before) + PRIOR);
            double triple =
                    (count(first + " " + before + " " + symbol) + PRIOR * pair)
                            / (count(first + " " + before) + PRIOR);
            sum += Math.log(triple / single);
            first = before;
            before = symbol;
        }
        return sum;
    }

    private int count(String run) {
        return counts.getOrDefault(run, 0);
    }
}
