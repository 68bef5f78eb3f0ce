package org.kindred.datasets.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;

/**
 * Pairs of things that one user rated 2 or more apart; the higher rated is chosen.
 *
 * <p>Where there are more than wanted, a seeded sample of them, every pair as likely as any other.
 */
final class RatedPairs {
    private static final int LEAST_GAP = 2;

    /** Something rated. */
    record Rated(String id, int rating) {}

    /** A pair. */
    record Pair(Rated chosen, Rated rejected) {}

    private RatedPairs() {}

    /**
     * @param order of the pairs: first by chosen, then by rejected
     */
    static List<Pair> of(List<Rated> rated, Comparator<String> order, int most, SeedTree seeds) {
        List<Rated> sorted = new ArrayList<>(rated);
        sorted.sort(Comparator.comparing(Rated::id, order));
        SplittableRandom random = seeds.random();
        long wanted = most;
        long left = count(rated);
        List<Pair> pairs = new ArrayList<>();
        for (Rated chosen : sorted) {
            for (Rated rejected : sorted) {
                if (chosen.rating() - rejected.rating() >= LEAST_GAP) {
                    // selection sampling: keeps exactly min(wanted, all), in order
                    if (left <= wanted || random.nextLong(left) < wanted) {
                        pairs.add(new Pair(chosen, rejected));
                        wanted--;
                    }
                    left--;
                }
            }
        }
        return pairs;
    }

    private static long count(List<Rated> rated) {
        long[] byRating = new long[11];
        for (Rated one : rated) {
            byRating[one.rating()]++;
        }
        long pairs = 0;
        for (int high = LEAST_GAP; high < byRating.length; high++) {
            for (int low = 0; low + LEAST_GAP <= high; low++) {
                pairs += byRating[high] * byRating[low];
            }
        }
        return pairs;
    }
}
