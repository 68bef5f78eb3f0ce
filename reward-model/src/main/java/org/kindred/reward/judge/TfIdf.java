package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sets of tokens and of adjacent token pairs, weighted by rarity.
 *
 * <p>Tokens are maximal runs of {@code [a-z0-9]} of the lower-case text. A feature is kept if at
 * least two known texts hold it; its value is {@code ln((1 + N) / (1 + df)) + 1} where present, and
 * a text's vector has Euclidean length 1 (or 0, if it holds no kept feature).
 *
 * @param terms kept features, in the order of {@code idf}
 * @param idf their weights
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
public record TfIdf(List<String> terms, double[] idf, Map<String, Integer> index) {

    private static final int MIN_TEXTS = 2;
    private static final int MAX_TERMS = 8_000;

    TfIdf(List<String> terms, double[] idf) {
        this(terms, idf, index(terms));
    }

    public static TfIdf fit(Collection<String> texts) {
        Map<String, Integer> frequency = new TreeMap<>();
        for (String text : texts) {
            for (String term : termsOf(text)) {
                frequency.merge(term, 1, Integer::sum);
            }
        }
        List<String> kept =
                frequency.entrySet().stream()
                        .filter(entry -> entry.getValue() >= MIN_TEXTS)
                        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                        .limit(MAX_TERMS)
                        .map(Map.Entry::getKey)
                        .sorted()
                        .toList();
        double[] idf = new double[kept.size()];
        for (int i = 0; i < idf.length; i++) {
            idf[i] = Math.log((1.0 + texts.size()) / (1 + frequency.get(kept.get(i)))) + 1;
        }
        return new TfIdf(kept, idf);
    }

    /** The row of a text. */
    public Sparse vector(String text) {
        int[] columns =
                termsOf(text).stream()
                        .map(index::get)
                        .filter(column -> column != null)
                        .mapToInt(Integer::intValue)
                        .sorted()
                        .toArray();
        double[] values = Arrays.stream(columns).mapToDouble(column -> idf[column]).toArray();
        double length = Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
        for (int i = 0; i < values.length; i++) {
            values[i] /= length;
        }
        return new Sparse(columns, values);
    }

    /**
     * A vector that is zero apart from a few columns.
     *
     * @param columns ascending
     */
    public record Sparse(int[] columns, double[] values) {

        double dot(Sparse other) {
            double sum = 0;
            for (int i = 0, j = 0; i < columns.length && j < other.columns.length; ) {
                if (columns[i] == other.columns[j]) {
                    sum += values[i++] * other.values[j++];
                } else if (columns[i] < other.columns[j]) {
                    i++;
                } else {
                    j++;
                }
            }
            return sum;
        }

        public double dot(double[] dense) {
            double sum = 0;
            for (int i = 0; i < columns.length; i++) {
                sum += values[i] * dense[columns[i]];
            }
            return sum;
        }

        /** {@code dense += c * this}. */
        public void addTo(double[] dense, double c) {
            for (int i = 0; i < columns.length; i++) {
                dense[columns[i]] += c * values[i];
            }
        }
    }

    private static Set<String> termsOf(String text) {
        List<String> tokens = new ArrayList<>();
        String lower = text.toLowerCase(Locale.ROOT);
        int start = -1;
        for (int i = 0; i <= lower.length(); i++) {
            char symbol = i < lower.length() ? lower.charAt(i) : ' ';
            boolean inside = (symbol >= 'a' && symbol <= 'z') || (symbol >= '0' && symbol <= '9');
            if (inside && start < 0) {
                start = i;
            } else if (!inside && start >= 0) {
                tokens.add(lower.substring(start, i));
                start = -1;
            }
        }
        Set<String> terms = new LinkedHashSet<>(tokens);
        for (int i = 1; i < tokens.size(); i++) {
            terms.add(tokens.get(i - 1) + " " + tokens.get(i));
        }
        return terms;
    }

    private static Map<String, Integer> index(List<String> terms) {
        Map<String, Integer> index = new HashMap<>();
        for (int i = 0; i < terms.size(); i++) {
            index.put(terms.get(i), i);
        }
        return index;
    }
}
