package org.kindred.reward.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.reward.ScoreOutcome;

/**
 * Puts samples together.
 *
 * <pre>
 * s_i = w mean_x own_xi + (1 - w) mean_y neighbour_yi        (w = 1/2: half of Eq. 9, same ranking)
 * </pre>
 *
 * Means are paired: a sample counts only if it has a total for every response that any sample
 * scored, so that all responses rest on the same samples. A response that every sample declined is
 * abstained and holds up none of the others. If one side has no usable sample, the other speaks
 * alone, and the result says so.
 */
final class Aggregation {

    private Aggregation() {}

    /**
     * @param own totals of each own sample, {@code [sample][response]}, null where the judge
     *     declined; failed samples are left out of the list
     * @param attempts samples asked for, for the message of a failure
     */
    static ScaledScores aggregate(
            ScalingPlan plan,
            List<List<@Nullable Double>> own,
            List<List<@Nullable Double>> neighbours,
            int responses,
            int attempts,
            boolean neighboursShort) {
        boolean[] scored = new boolean[responses];
        for (int i = 0; i < responses; i++) {
            int response = i;
            scored[i] =
                    Stream.concat(own.stream(), neighbours.stream())
                            .anyMatch(sample -> sample.get(response) != null);
        }
        List<double[]> ownUsable = usable(own, scored);
        List<double[]> neighbourUsable = usable(neighbours, scored);
        boolean declined = !own.isEmpty() || !neighbours.isEmpty();
        List<ScoreOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < responses; i++) {
            if (!scored[i] && declined) {
                outcomes.add(new ScoreOutcome.Abstained("declined by every sample"));
            } else if (ownUsable.isEmpty() && neighbourUsable.isEmpty()) {
                outcomes.add(new ScoreOutcome.Failed("no usable sample", attempts));
            } else {
                outcomes.add(
                        new ScoreOutcome.Scored(
                                score(plan, ownUsable, neighbourUsable, scored, i)));
            }
        }
        return new ScaledScores(
                outcomes,
                source(ownUsable, neighbourUsable),
                ownUsable.size(),
                neighbourUsable.size(),
                neighboursShort);
    }

    private static double score(
            ScalingPlan plan,
            List<double[]> own,
            List<double[]> neighbours,
            boolean[] scored,
            int response) {
        return switch (plan.aggregate()) {
            case TWO_MEANS -> weighted(plan, own, neighbours, sample -> sample[response]);
            case POOLED ->
                    mean(
                            Stream.concat(own.stream(), neighbours.stream()).toList(),
                            sample -> sample[response]);
            case MARGIN_VOTE ->
                    5.5
                            + 4.5
                                    * weighted(
                                            plan,
                                            own,
                                            neighbours,
                                            sample -> vote(sample, scored, response));
        };
    }

    private static double weighted(
            ScalingPlan plan,
            List<double[]> own,
            List<double[]> neighbours,
            ToDoubleFunction<double[]> value) {
        if (own.isEmpty()) {
            return mean(neighbours, value);
        }
        if (neighbours.isEmpty()) {
            return mean(own, value);
        }
        return plan.ownWeight() * mean(own, value)
                + (1 - plan.ownWeight()) * mean(neighbours, value);
    }

    private static double mean(List<double[]> samples, ToDoubleFunction<double[]> value) {
        // sorted, so that the order of samples cannot change the last digit
        return samples.stream().mapToDouble(value).sorted().sum() / samples.size();
    }

    /** Mean sign of the gap between a response and each other one; 0 for a single response. */
    private static double vote(double[] sample, boolean[] scored, int response) {
        double signs = 0;
        int others = 0;
        for (int j = 0; j < sample.length; j++) {
            if (j != response && scored[j]) {
                signs += Math.signum(sample[response] - sample[j]);
                others++;
            }
        }
        return others == 0 ? 0 : signs / others;
    }

    private static List<double[]> usable(List<List<@Nullable Double>> samples, boolean[] scored) {
        List<double[]> usable = new ArrayList<>();
        for (List<@Nullable Double> sample : samples) {
            double[] totals = new double[scored.length];
            boolean complete = false;
            for (int i = 0; i < scored.length; i++) {
                Double total = sample.get(i);
                complete |= scored[i];
                if (total != null) {
                    totals[i] = total;
                } else if (scored[i]) {
                    complete = false;
                    break;
                }
            }
            if (complete) {
                usable.add(totals);
            }
        }
        return usable;
    }

    private static ScaledScores.Source source(List<double[]> own, List<double[]> neighbours) {
        if (own.isEmpty()) {
            return neighbours.isEmpty()
                    ? ScaledScores.Source.NOBODY
                    : ScaledScores.Source.NEIGHBOUR_ONLY;
        }
        return neighbours.isEmpty() ? ScaledScores.Source.OWN_ONLY : ScaledScores.Source.BOTH;
    }
}
