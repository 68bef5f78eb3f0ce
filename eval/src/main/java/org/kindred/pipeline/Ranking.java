package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kindred.datasets.Task;

/**
 * An answer that ranks numbered candidates: the numbers from 1 in the order in which they occur,
 * each counted once, others passed over.
 */
final class Ranking {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private final List<Integer> places;

    private Ranking(List<Integer> places) {
        this.places = places;
    }

    static Ranking read(String answer, int candidates) {
        List<Integer> places = new ArrayList<>();
        Matcher numbers = NUMBER.matcher(answer);
        while (numbers.find()) {
            int number = Integer.parseInt(numbers.group());
            if (number >= 1 && number <= candidates && !places.contains(number - 1)) {
                places.add(number - 1);
            }
        }
        return new Ranking(places);
    }

    /** Numbers of the candidates from 0, in the order in which the answer names them. */
    List<Integer> places() {
        return List.copyOf(places);
    }

    /** Place from 1 of the first candidate with a positive label; 0 if the answer names none. */
    int rankOfTarget(List<Task.Candidate> candidates) {
        for (int i = 0; i < places.size(); i++) {
            Double label = candidates.get(places.get(i)).label();
            if (label != null && label > 0) {
                return i + 1;
            }
        }
        return 0;
    }

    /** {@code 1 / log2(1 + rank)}: NDCG of one relevant candidate; 0 if it is not named. */
    static double gain(int rank) {
        return rank == 0 ? 0 : Math.log(2) / Math.log(1.0 + rank);
    }

    /** {@code ndcg}, and {@code hr_k}: the share of ranks from 1 to k. */
    static Map<String, Double> metrics(List<Integer> ranks) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("ndcg", ranks.stream().mapToDouble(Ranking::gain).average().orElse(0));
        for (int k : new int[] {1, 5, 10}) {
            metrics.put(
                    "hr_" + k,
                    ranks.stream().filter(r -> r >= 1 && r <= k).count()
                            / (double) Math.max(1, ranks.size()));
        }
        return metrics;
    }
}
