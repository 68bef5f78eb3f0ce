package org.kindred.reward.scaling;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Counts of what stands behind scores, so that no neighbour is lost silently. They are sums: counts
 * of calls are added up, and {@link #metrics} makes shares of them.
 *
 * <pre>
 * own_samples, neighbour_samples   usable samples; a response under a rubric is one
 * own_unusable, neighbour_unusable samples that failed or were declined
 * neighbours_missing               neighbours that the plan wants and nobody was found for
 * neighbours_short                 requests whose cell held too few
 * heard_both, heard_own_only, heard_neighbour_only, heard_nobody    responses by who was heard
 * tokens                           of all replies, as the endpoint counted, cached or not
 * </pre>
 */
public final class ScalingCounts {
    private ScalingCounts() {}

    /**
     * @param scores one a response, or one for responses that were read together
     * @param tokens of all of them
     */
    static Map<String, Double> of(
            ScalingPlan plan, NeighbourSource.Found found, List<ScaledScores> scores, long tokens) {
        Map<String, Double> counts = new LinkedHashMap<>();
        for (String name :
                List.of("own_samples", "neighbour_samples", "own_unusable", "neighbour_unusable")) {
            counts.put(name, 0.0);
        }
        for (ScaledScores.Source source : ScaledScores.Source.values()) {
            counts.put(name(source), 0.0);
        }
        for (ScaledScores one : scores) {
            counts.merge("own_samples", (double) one.ownSamples(), Double::sum);
            counts.merge("neighbour_samples", (double) one.neighbourSamples(), Double::sum);
            counts.merge("own_unusable", (double) one.ownAsked() - one.ownSamples(), Double::sum);
            counts.merge(
                    "neighbour_unusable",
                    (double) one.neighboursAsked() - one.neighbourSamples(),
                    Double::sum);
            counts.merge(name(one.source()), 1.0, Double::sum);
        }
        counts.put(
                "neighbours_missing",
                (double) scores.size() * (plan.prototype() - found.users().size()));
        counts.put("neighbours_short", found.cellShort() ? 1.0 : 0.0);
        counts.put("tokens", (double) tokens);
        return counts;
    }

    private static String name(ScaledScores.Source source) {
        return "heard_" + source.name().toLowerCase(Locale.ROOT);
    }

    /** Sums of counts with {@code neighbour_share}, the neighbours' part of all usable samples. */
    public static Map<String, Double> metrics(Map<String, Double> sums) {
        Map<String, Double> metrics = new LinkedHashMap<>(sums);
        Double own = sums.get("own_samples");
        Double theirs = sums.get("neighbour_samples");
        if (own != null && theirs != null && own + theirs > 0) {
            metrics.put("neighbour_share", theirs / (own + theirs));
        }
        return metrics;
    }
}
