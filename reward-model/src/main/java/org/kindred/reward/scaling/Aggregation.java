package org.kindred.reward.scaling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.grpo.ScoreOutcome;

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
     * Puts both sides together.
     *
     * @param responses number of responses that each sample read
     */
    static ScaledScores aggregate(
            ScalingPlan plan, Side ownSide, Side theirSide, int responses, boolean cellShort) {
        List<List<@Nullable Double>> own = ownSide.totals();
        List<List<@Nullable Double>> neighbours = theirSide.totals();
        int attempts = ownSide.asked() + theirSide.asked();
        Map<String, Integer> failures = failures(ownSide, theirSide);
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
                outcomes.add(new ScoreOutcome.Failed(reason(failures), attempts));
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
                cellShort,
                ownSide.asked(),
                theirSide.asked(),
                ownSide.tokens() + theirSide.tokens(),
                failures);
    }

    /** Of both sides, the user's own first. */
    private static Map<String, Integer> failures(Side own, Side neighbours) {
        Map<String, Integer> all = new LinkedHashMap<>(own.failures());
        neighbours.failures().forEach((reason, n) -> all.merge(reason, n, Integer::sum));
        return all;
    }

    /** The most frequent reason; the first of several. */
    private static String reason(Map<String, Integer> failures) {
        String most = "no usable sample";
        int samples = 0;
        for (Map.Entry<String, Integer> failure : failures.entrySet()) {
            if (failure.getValue() > samples) {
                most = failure.getKey();
                samples = failure.getValue();
            }
        }
        return most;
    }

    private static double score(
            ScalingPlan plan,
            List<double[]> own,
            List<double[]> neighbours,
            boolean[] scored,
            int response) {
        double w = plan.ownWeight();
        return switch (plan.aggregate()) {
            case TWO_MEANS -> weighted(w, own, neighbours, list -> mean(list, response));
            case POOLED ->
                    mean(Stream.concat(own.stream(), neighbours.stream()).toList(), response);
            case MEDIAN -> weighted(w, own, neighbours, list -> median(list, response));
            case SHRUNK ->
                    weighted(
                            certainty(w, own, neighbours),
                            own,
                            neighbours,
                            list -> mean(list, response));
            case MARGIN_VOTE ->
                    5.5
                            + 4.5
                                    * weighted(
                                            w,
                                            own,
                                            neighbours,
                                            list -> meanVote(list, scored, response));
        };
    }

    private static double weighted(
            double ownWeight,
            List<double[]> own,
            List<double[]> neighbours,
            ToDoubleFunction<List<double[]>> value) {
        if (own.isEmpty()) {
            return value.applyAsDouble(neighbours);
        }
        if (neighbours.isEmpty()) {
            return value.applyAsDouble(own);
        }
        return ownWeight * value.applyAsDouble(own)
                + (1 - ownWeight) * value.applyAsDouble(neighbours);
    }

    private static double mean(List<double[]> samples, int response) {
        return mean(samples.stream().mapToDouble(sample -> sample[response]));
    }

    private static double mean(DoubleStream values) {
        double[] sorted = values.sorted().toArray(); // the order of samples changes no digit
        return Arrays.stream(sorted).sum() / sorted.length;
    }

    private static double median(List<double[]> samples, int response) {
        double[] sorted = samples.stream().mapToDouble(s -> s[response]).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * Weight of the own side by the certainty of both: {@code v_n / (v_o + v_n)}. With more than
     * two responses the margin is that between the first two.
     */
    private static double certainty(
            double ownWeight, List<double[]> own, List<double[]> neighbours) {
        if (own.isEmpty() || neighbours.isEmpty() || own.get(0).length < 2) {
            return ownWeight;
        }
        double[] errors = squaredErrors(own, neighbours);
        double sum = errors[0] + errors[1];
        return sum > 0 ? errors[1] / sum : ownWeight;
    }

    /**
     * Squared standard error of the mean margin of each side; a side of one borrows the other's.
     */
    private static double[] squaredErrors(List<double[]> own, List<double[]> neighbours) {
        double ownVariance = variance(own);
        double theirVariance = variance(neighbours);
        if (Double.isNaN(ownVariance)) {
            ownVariance = theirVariance;
        }
        if (Double.isNaN(theirVariance)) {
            theirVariance = ownVariance;
        }
        return new double[] {
            own.isEmpty() ? 0 : ownVariance / own.size(),
            neighbours.isEmpty() ? 0 : theirVariance / neighbours.size()
        };
    }

    /** Sample variance of the margin of the first two responses; NaN below two samples. */
    private static double variance(List<double[]> samples) {
        if (samples.size() < 2) {
            return Double.NaN;
        }
        double mean = mean(samples.stream().mapToDouble(s -> s[0] - s[1]));
        return mean(samples.stream().mapToDouble(s -> (s[0] - s[1] - mean) * (s[0] - s[1] - mean)))
                * samples.size()
                / (samples.size() - 1);
    }

    /**
     * Whether more samples are unlikely to change which of two responses is preferred: the weighted
     * mean margin is at least {@code stopAt} standard errors from 0.
     */
    static boolean decided(
            ScalingPlan plan,
            List<List<@Nullable Double>> own,
            List<List<@Nullable Double>> neighbours) {
        boolean[] both = {true, true};
        List<double[]> ownUsable = usable(own, both);
        List<double[]> theirs = usable(neighbours, both);
        if (ownUsable.size() + theirs.size() < plan.block()
                || Math.max(ownUsable.size(), theirs.size()) < 2) {
            return false;
        }
        double w = ownUsable.isEmpty() ? 0 : theirs.isEmpty() ? 1 : plan.ownWeight();
        double margin =
                weighted(w, ownUsable, theirs, l -> mean(l.stream().mapToDouble(s -> s[0] - s[1])));
        double[] errors = squaredErrors(ownUsable, theirs);
        double error = Math.sqrt(w * w * errors[0] + (1 - w) * (1 - w) * errors[1]);
        return margin != 0 && Math.abs(margin) >= plan.stopAt() * error;
    }

    private static double meanVote(List<double[]> samples, boolean[] scored, int response) {
        return mean(samples.stream().mapToDouble(sample -> vote(sample, scored, response)));
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
