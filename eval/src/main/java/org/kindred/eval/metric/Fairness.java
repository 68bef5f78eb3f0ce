package org.kindred.eval.metric;

import java.util.Map;
import java.util.TreeMap;

/**
 * How a quantity is spread over groups of people.
 *
 * @param worstGroup group with the lowest mean; the first by name of equal ones
 * @param gap best minus worst group mean
 * @param gini mean absolute difference of two groups, drawn evenly, by twice the mean of groups: 0
 *     for equal groups; NaN if a mean is negative or all are 0
 * @param equalWeighted mean of the group means: every group counts alike
 * @param shareWeighted mean of the group means weighted by size: every person counts alike
 */
public record Fairness(
        String worstGroup,
        double worst,
        double gap,
        double gini,
        double equalWeighted,
        double shareWeighted) {

    /** A group's mean and its number of people, or of completions. */
    public record Group(double mean, double size) {}

    /**
     * What a change did to the largest group, and to all others together.
     *
     * @param majority name of the largest group; the first by name of equal ones
     * @param majorityCost what the largest group lost; negative if it gained
     * @param minorityGain share-weighted mean of what the others gained; NaN with one group
     */
    public record Exchange(String majority, double majorityCost, double minorityGain) {}

    /**
     * @param groups at least one
     */
    public static Fairness of(Map<String, Group> groups) {
        Map<String, Group> sorted = new TreeMap<>(groups);
        String worst = "";
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double weighted = 0;
        double size = 0;
        double differences = 0;
        for (Map.Entry<String, Group> entry : sorted.entrySet()) {
            double mean = entry.getValue().mean();
            if (mean < low) {
                low = mean;
                worst = entry.getKey();
            }
            high = Math.max(high, mean);
            sum += mean;
            weighted += mean * entry.getValue().size();
            size += entry.getValue().size();
            for (Group other : sorted.values()) {
                differences += Math.abs(mean - other.mean());
            }
        }
        int n = requireSome(sorted);
        double gini = low < 0 || sum == 0 ? Double.NaN : differences / (2 * n * sum);
        return new Fairness(worst, low, high - low, gini, sum / n, weighted / size);
    }

    /**
     * @param changes difference and size of each group; at least one
     */
    public static Exchange exchange(Map<String, Group> changes) {
        Map<String, Group> sorted = new TreeMap<>(changes);
        requireSome(sorted);
        Map.Entry<String, Group> largest = null;
        for (Map.Entry<String, Group> entry : sorted.entrySet()) {
            if (largest == null || entry.getValue().size() > largest.getValue().size()) {
                largest = entry;
            }
        }
        double gain = 0;
        double size = 0;
        for (Map.Entry<String, Group> entry : sorted.entrySet()) {
            if (entry != largest) {
                gain += entry.getValue().mean() * entry.getValue().size();
                size += entry.getValue().size();
            }
        }
        return new Exchange(largest.getKey(), -largest.getValue().mean(), gain / size);
    }

    private static int requireSome(Map<String, Group> groups) {
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("groups is empty: at least one is needed");
        }
        return groups.size();
    }
}
