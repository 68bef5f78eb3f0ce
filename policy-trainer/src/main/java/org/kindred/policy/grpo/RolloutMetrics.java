package org.kindred.policy.grpo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.policy.advantage.Advantages;
import org.kindred.policy.advantage.Divisor;
import org.kindred.policy.advantage.Moments;
import org.kindred.policy.advantage.PromptScores;
import org.kindred.policy.rollout.Completion;

/** Numbers of a rollout under TRL's names, and what was used of it. */
final class RolloutMetrics {

    private RolloutMetrics() {}

    /** {@code completions/*}: lengths in tokens, end token included. */
    static Map<String, Double> completions(List<List<Completion>> completions) {
        List<Completion> all = completions.stream().flatMap(List::stream).toList();
        int[] lengths = all.stream().mapToInt(c -> c.tokens().length).toArray();
        int[] terminated =
                all.stream()
                        .filter(Completion::finished)
                        .mapToInt(c -> c.tokens().length)
                        .toArray();
        Map<String, Double> metrics = new LinkedHashMap<>();
        lengths("length", lengths, metrics);
        metrics.put("completions/clipped_ratio", 1 - (double) terminated.length / lengths.length);
        lengths("terminated_length", terminated, metrics);
        return metrics;
    }

    private static void lengths(String name, int[] lengths, Map<String, Double> metrics) {
        metrics.put("completions/mean_" + name, Arrays.stream(lengths).average().orElse(0));
        metrics.put("completions/min_" + name, (double) Arrays.stream(lengths).min().orElse(0));
        metrics.put("completions/max_" + name, (double) Arrays.stream(lengths).max().orElse(0));
    }

    /**
     * {@code rewards/<name>/*}, {@code reward}, {@code reward_std} (over the step, n - 1) and
     * {@code frac_reward_zero_std} (share of scored completions whose prompt's rewards are all
     * equal).
     */
    static Map<String, Double> rewards(List<RewardSource> sources, List<PromptScores> prompts) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (int f = 0; f < sources.size(); f++) {
            List<Double> values = new ArrayList<>();
            for (PromptScores prompt : prompts) {
                Arrays.stream(prompt.scores()[f])
                        .filter(score -> !Double.isNaN(score))
                        .forEach(values::add);
            }
            spread(
                    "rewards/" + sources.get(f).name() + "/mean",
                    "rewards/" + sources.get(f).name() + "/std",
                    values,
                    metrics);
        }
        double[] weights = sources.stream().mapToDouble(RewardSource::weight).toArray();
        List<Double> totals = new ArrayList<>();
        int equal = 0;
        for (PromptScores prompt : prompts) {
            List<Double> own = totals(prompt, weights);
            totals.addAll(own);
            equal += own.stream().distinct().count() == 1 ? own.size() : 0;
        }
        spread("reward", "reward_std", totals, metrics);
        metrics.put("frac_reward_zero_std", (double) equal / totals.size());
        return metrics;
    }

    private static void spread(
            String meanName, String stdName, List<Double> values, Map<String, Double> metrics) {
        Moments moments = Moments.of(values.stream().mapToDouble(v -> v).toArray());
        if (moments.count() > 0) {
            metrics.put(meanName, moments.mean());
            metrics.put(stdName, moments.std(Divisor.SAMPLE));
        }
    }

    private static List<Double> totals(PromptScores prompt, double[] weights) {
        List<Double> totals = new ArrayList<>();
        for (int i = 0; i < prompt.completions(); i++) {
            double total = prompt.total(i, weights);
            if (!Double.isNaN(total)) {
                totals.add(total);
            }
        }
        return totals;
    }

    /**
     * {@code judge/*}, and where the generated completions went: {@code generated = used + unscored
     * + without_peer}; {@code truncated_masked} of the used ones add nothing to the loss.
     */
    static Map<String, Double> usage(
            Scoring scoring, Advantages advantages, double[] weights, List<TrainingRow> rows) {
        double generated = 0;
        double unscored = 0;
        for (PromptScores prompt : scoring.prompts()) {
            generated += prompt.completions();
            unscored += prompt.completions() - totals(prompt, weights).size();
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("judge/scored", (double) scoring.scored());
        metrics.put("judge/abstained", (double) scoring.abstained());
        metrics.put("judge/failed", (double) scoring.failed());
        metrics.putAll(scoring.metrics());
        metrics.put("reward/unscored_ratio", unscored / generated);
        metrics.put("rows/generated", generated);
        metrics.put("rows/used", (double) rows.size());
        metrics.put("rows/unscored", unscored);
        metrics.put("rows/without_peer", generated - unscored - rows.size());
        metrics.put(
                "rows/truncated_masked",
                (double) rows.stream().filter(row -> !row.inLoss()).count());
        metrics.put("advantage/dropped_prompts", (double) advantages.droppedPrompts());
        metrics.put("advantage/clip_ratio", advantages.clipRatio());
        return metrics;
    }
}
