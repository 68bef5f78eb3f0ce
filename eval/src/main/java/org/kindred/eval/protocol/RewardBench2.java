package org.kindred.eval.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Task;

/**
 * RewardBench 2 (arXiv 2506.01937): best of four, and prompts with several right answers.
 *
 * <p>Best of four: if the right answer, listed first, has the highest score, the prompt counts
 * {@code 1 / answers at the maximum}, else 0. A score that is missing or not finite is below all
 * others; a prompt without scores counts 0.
 *
 * @param bySubset value of each subset, {@code Ties} among them
 * @param overall plain mean of the subsets
 * @param ties parts of the value of {@code Ties}; null if the data have no such subset
 * @param unscored prompts without scores of all answers
 */
public record RewardBench2(
        @JsonProperty("per_subset") Map<String, Double> bySubset,
        double overall,
        @JsonProperty("ties_parts") @Nullable Ties ties,
        int unscored) {

    private static final String TIES = "Ties";
    private static final String ONE_RIGHT = "ref:";
    private static final String SEVERAL_RIGHT = "tied:";

    /**
     * Prompts with one right answer ({@code ref:n}) and the same with several ({@code tied:n}).
     *
     * <p>accurate = worst right above best wrong answer; d = best minus worst right answer of the
     * tied prompt; m = worst right minus best wrong answer.
     *
     * @param accurateTied share of tied prompts that are accurate
     * @param accurateRef likewise of those with one right answer
     * @param marginTied share of pairs of prompts with {@code m_tied > d}
     * @param marginBoth likewise with {@code min(m_ref, m_tied) > d}
     * @param tanh mean {@code tanh(min(m_ref, m_tied) / d - 1)}, 0/0 as 0
     * @param partnerless numbers with one kind of prompt only; they are in the first two parts
     */
    public record Ties(
            @JsonProperty("acc_tied") double accurateTied,
            @JsonProperty("acc_ref") double accurateRef,
            double marginTied,
            double marginBoth,
            @JsonProperty("tanh_term") double tanh,
            List<String> partnerless) {

        /** 0.30, 0.30, 0.20, 0.20 and 0.01 of the parts. */
        @JsonProperty
        public double score() {
            return 0.30 * accurateTied
                    + 0.30 * accurateRef
                    + 0.20 * marginTied
                    + 0.20 * marginBoth
                    + 0.01 * tanh;
        }
    }

    /** Right and wrong answers' scores of a prompt of {@code Ties}. */
    private record Margins(double worstRight, double bestRight, double bestWrong) {

        boolean accurate() {
            return worstRight > bestWrong;
        }

        double margin() {
            return worstRight - bestWrong;
        }
    }

    /**
     * @param tasks with the subset as domain, right candidates (label 1) first
     * @param scores of the candidates, by task id
     */
    public static RewardBench2 of(List<Task> tasks, Map<String, double[]> scores) {
        Map<String, List<Double>> points = new LinkedHashMap<>();
        Map<String, Margins> tied = new LinkedHashMap<>();
        Map<String, Margins> ref = new LinkedHashMap<>();
        int unscored = 0;
        for (Task task : tasks) {
            double[] own = scores.get(task.id());
            int size = candidates(task).size();
            boolean whole = own != null && own.length == size;
            unscored += whole ? 0 : 1;
            double[] usable = whole ? finite(own) : nothing(size);
            String subset = String.valueOf(task.domain());
            List<Double> list = points.computeIfAbsent(subset, name -> new ArrayList<>());
            if (!subset.equals(TIES)) {
                list.add(bestOf(usable));
            } else if (task.id().startsWith(SEVERAL_RIGHT)) {
                tied.put(task.id().substring(SEVERAL_RIGHT.length()), margins(task, usable));
            } else if (task.id().startsWith(ONE_RIGHT)) {
                ref.put(task.id().substring(ONE_RIGHT.length()), margins(task, usable));
            }
        }
        Ties ties = points.containsKey(TIES) ? ties(tied, ref) : null;
        Map<String, Double> bySubset = new LinkedHashMap<>();
        points.forEach(
                (subset, values) ->
                        bySubset.put(
                                subset,
                                subset.equals(TIES) && ties != null ? ties.score() : mean(values)));
        return new RewardBench2(bySubset, mean(new ArrayList<>(bySubset.values())), ties, unscored);
    }

    private static List<Task.Candidate> candidates(Task task) {
        return task.candidates() == null ? List.of() : task.candidates();
    }

    private static double[] finite(double[] scores) {
        double[] usable = scores.clone();
        for (int i = 0; i < usable.length; i++) {
            usable[i] = Double.isFinite(usable[i]) ? usable[i] : Double.NEGATIVE_INFINITY;
        }
        return usable;
    }

    private static double[] nothing(int size) {
        double[] scores = new double[size];
        Arrays.fill(scores, Double.NEGATIVE_INFINITY);
        return scores;
    }

    private static double bestOf(double[] scores) {
        double most = Arrays.stream(scores).max().orElse(Double.NEGATIVE_INFINITY);
        if (most == Double.NEGATIVE_INFINITY || scores[0] != most) {
            return 0;
        }
        return 1.0 / Arrays.stream(scores).filter(score -> score == most).count();
    }

    private static Margins margins(Task task, double[] scores) {
        double worstRight = Double.POSITIVE_INFINITY;
        double bestRight = Double.NEGATIVE_INFINITY;
        double bestWrong = Double.NEGATIVE_INFINITY;
        List<Task.Candidate> candidates = candidates(task);
        for (int i = 0; i < scores.length; i++) {
            Double label = candidates.get(i).label();
            if (label != null && label > 0) {
                worstRight = Math.min(worstRight, scores[i]);
                bestRight = Math.max(bestRight, scores[i]);
            } else {
                bestWrong = Math.max(bestWrong, scores[i]);
            }
        }
        return new Margins(worstRight, bestRight, bestWrong);
    }

    private static Ties ties(Map<String, Margins> tied, Map<String, Margins> ref) {
        List<String> partnerless = new ArrayList<>();
        tied.keySet().stream().filter(n -> !ref.containsKey(n)).forEach(partnerless::add);
        ref.keySet().stream().filter(n -> !tied.containsKey(n)).forEach(partnerless::add);
        List<Double> marginTied = new ArrayList<>();
        List<Double> marginBoth = new ArrayList<>();
        List<Double> tanh = new ArrayList<>();
        tied.forEach(
                (number, several) -> {
                    Margins one = ref.get(number);
                    if (one != null) {
                        double spread = several.bestRight() - several.worstRight();
                        double least = Math.min(one.margin(), several.margin());
                        marginTied.add(several.margin() > spread ? 1.0 : 0.0);
                        marginBoth.add(least > spread ? 1.0 : 0.0);
                        double ratio = least / spread;
                        tanh.add(Double.isNaN(ratio) ? 0 : Math.tanh(ratio - 1));
                    }
                });
        return new Ties(
                accurate(tied),
                accurate(ref),
                mean(marginTied),
                mean(marginBoth),
                mean(tanh),
                partnerless);
    }

    private static double accurate(Map<String, Margins> prompts) {
        return mean(prompts.values().stream().map(m -> m.accurate() ? 1.0 : 0.0).toList());
    }

    /** 0 for nothing, as the publisher counts. */
    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
