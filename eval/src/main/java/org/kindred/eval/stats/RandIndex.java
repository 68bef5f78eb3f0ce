package org.kindred.eval.stats;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adjusted Rand index of two labellings of the same things (Hubert and Arabie, 1985): 1 for equal
 * partitions, about 0 for unrelated ones, whatever the numbers of labels.
 *
 * <p>{@code ARI = (sum C(n_ij,2) - E) / ((sum C(a_i,2) + sum C(b_j,2))/2 - E)}, {@code E = sum
 * C(a_i,2) * sum C(b_j,2) / C(n,2)}.
 */
public final class RandIndex {
    private RandIndex() {}

    /**
     * @throws IllegalArgumentException if the lists differ in length or are shorter than two
     */
    public static <A, B> double adjusted(List<A> first, List<B> second) {
        if (first.size() != second.size() || first.size() < 2) {
            throw new IllegalArgumentException(
                    "labels: found "
                            + first.size()
                            + " and "
                            + second.size()
                            + ", expected equal numbers of at least 2");
        }
        Map<A, Integer> rows = new HashMap<>();
        Map<B, Integer> columns = new HashMap<>();
        Map<Map.Entry<A, B>, Integer> cells = new HashMap<>();
        for (int i = 0; i < first.size(); i++) {
            rows.merge(first.get(i), 1, Integer::sum);
            columns.merge(second.get(i), 1, Integer::sum);
            cells.merge(Map.entry(first.get(i), second.get(i)), 1, Integer::sum);
        }
        double together = pairs(cells);
        double rowPairs = pairs(rows);
        double columnPairs = pairs(columns);
        double expected = rowPairs * columnPairs / choose2(first.size());
        double best = (rowPairs + columnPairs) / 2;
        return best == expected ? 1 : (together - expected) / (best - expected);
    }

    private static double pairs(Map<?, Integer> counts) {
        double total = 0;
        for (int count : counts.values()) {
            total += choose2(count);
        }
        return total;
    }

    private static double choose2(double n) {
        return n * (n - 1) / 2;
    }
}
