package org.kindred.eval.metric;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Candidates in the order of their scores, best first, with how good each is.
 *
 * <p>Ties are read against the ranking: of equal scores the less relevant candidate stands first,
 * so that a constant score finds nothing. A score that is not finite stands last.
 *
 * @param labels relevance in ranked order, 0 for irrelevant
 * @param named how many of them the ranking names, from the first; the others stand at no place,
 *     and no {@code k} reaches them
 */
public record RankedList(List<Double> labels, int named) {

    public RankedList {
        labels = List.copyOf(labels);
        if (named < 0 || named > labels.size()) {
            throw new IllegalArgumentException(
                    "named = " + named + ": must be 0 to " + labels.size());
        }
    }

    /**
     * A ranking that names some of the candidates.
     *
     * @param places numbers of candidates from 0, best first, each once
     * @param labels how good each candidate is, 0 for not at all
     */
    public static RankedList named(List<Integer> places, double[] labels) {
        List<Double> ordered = new ArrayList<>();
        places.forEach(place -> ordered.add(labels[place]));
        IntStream.range(0, labels.length)
                .filter(i -> !places.contains(i))
                .forEach(i -> ordered.add(labels[i]));
        return new RankedList(ordered, places.size());
    }

    /**
     * @param scores of the candidates
     * @param labels how good each candidate is, 0 for not at all
     */
    public static RankedList of(double[] scores, double[] labels) {
        if (scores.length != labels.length || scores.length == 0) {
            throw new IllegalArgumentException(
                    scores.length
                            + " scores and "
                            + labels.length
                            + " labels: must be equally many, at least one");
        }
        return new RankedList(
                IntStream.range(0, scores.length)
                        .boxed()
                        .sorted(
                                Comparator.comparingDouble((Integer i) -> -finite(scores[i]))
                                        .thenComparingDouble(i -> labels[i]))
                        .map(i -> labels[i])
                        .toList(),
                scores.length);
    }

    private static double finite(double score) {
        return Double.isFinite(score) ? score : Double.NEGATIVE_INFINITY;
    }

    /** 1 if a relevant candidate is among the first {@code k}, else 0. */
    public double hit(int k) {
        return labels.stream().limit(Math.min(k, named)).anyMatch(label -> label > 0) ? 1 : 0;
    }

    /**
     * Normalised discounted cumulative gain (Järvelin and Kekäläinen, 2002): {@code sum over the
     * first k of (2^label - 1) / log2(rank + 1)}, divided by the best possible; NaN if nothing is
     * relevant.
     */
    public double ndcg(int k) {
        double best = gain(labels.stream().sorted(Comparator.reverseOrder()).toList(), k);
        return best == 0 ? Double.NaN : gain(labels, Math.min(k, named)) / best;
    }

    /** 1 / rank of the first relevant candidate, 0 if there is none. */
    public double reciprocalRank() {
        for (int i = 0; i < named; i++) {
            if (labels.get(i) > 0) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }

    private static double gain(List<Double> ordered, int k) {
        double gain = 0;
        for (int i = 0; i < Math.min(k, ordered.size()); i++) {
            gain += (Math.pow(2, ordered.get(i)) - 1) / (Math.log(i + 2) / Math.log(2));
        }
        return gain;
    }
}
