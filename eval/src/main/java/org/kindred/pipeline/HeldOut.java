package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;
import org.kindred.policy.grpo.FluencyReward;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.run.Watch;
import org.kindred.policy.tokenizer.Answers;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Measures a policy on items that it never learns from, and by numbers that no judge gives.
 *
 * <ul>
 *   <li>{@code reference_log_prob}: mean log-probability per token of the users' own texts (or
 *       chosen answers);
 *   <li>{@code preference_accuracy}: share of choices whose chosen answer has the higher mean
 *       log-probability per token, ties one half;
 *   <li>{@code ndcg}, {@code hr_1}, {@code hr_5}, {@code hr_10}: of greedily written rankings.
 * </ul>
 */
final class HeldOut implements Watch.Measure {
    private static final int ROWS = 8;

    private final List<Prompt> prompts;
    private final Tokenizer tokenizer;
    private final int newTokens;

    /** An item and what the policy reads of it. */
    record Prompt(TrainingItem item, int[] tokens) {}

    HeldOut(List<Prompt> prompts, Tokenizer tokenizer, int newTokens) {
        this.prompts = List.copyOf(prompts);
        this.tokenizer = tokenizer;
        this.newTokens = newTokens;
    }

    /** The number that chooses among checkpoints unless another is named. */
    static String usualMetric(List<TrainingItem> items) {
        return items.stream().anyMatch(HeldOut::ranks) ? "ndcg" : "reference_log_prob";
    }

    private static boolean ranks(TrainingItem item) {
        List<Task.Candidate> candidates = item.task() == null ? null : item.task().candidates();
        return candidates != null && !candidates.isEmpty();
    }

    @Override
    public Map<String, Double> of(CausalLm policy) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        List<Prompt> ranking = prompts.stream().filter(p -> ranks(p.item())).toList();
        if (!ranking.isEmpty()) {
            metrics.putAll(Ranking.metrics(ranks(policy, ranking)));
        }
        List<Prompt> withText = prompts.stream().filter(p -> p.item().reference() != null).toList();
        if (!withText.isEmpty()) {
            double[] own =
                    logProbs(
                            policy,
                            withText,
                            withText.stream().map(p -> p.item().reference()).toList());
            metrics.put("reference_log_prob", mean(own));
            List<Prompt> choices =
                    withText.stream().filter(p -> p.item().choice() != null).toList();
            if (choices.size() == withText.size()) {
                double[] rejected =
                        logProbs(
                                policy,
                                choices,
                                choices.stream()
                                        .map(p -> p.item().choice().rejectedText())
                                        .toList());
                metrics.put("preference_accuracy", accuracy(own, rejected));
            }
        }
        return metrics;
    }

    private List<Integer> ranks(CausalLm policy, List<Prompt> ranking) {
        List<Ranking> rankings = rankings(policy, tokenizer, ranking, newTokens);
        List<Integer> ranks = new ArrayList<>();
        for (int i = 0; i < ranking.size(); i++) {
            ranks.add(rankings.get(i).rankOfTarget(Rewards.candidates(ranking.get(i).item())));
        }
        return ranks;
    }

    /** What the policy writes, greedily, where it is asked to rank candidates. */
    static List<Ranking> rankings(
            CausalLm policy, Tokenizer tokenizer, List<Prompt> prompts, int newTokens) {
        List<List<Completion>> answers =
                new Generator(policy, tokenizer)
                        .generate(
                                prompts.stream().map(Prompt::tokens).toList(),
                                1,
                                SamplingOptions.greedy(newTokens),
                                SeedTree.root(0));
        List<Ranking> rankings = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            String text =
                    Answers.of(tokenizer)
                            .text(prompts.get(i).tokens(), answers.get(i).get(0).tokens());
            int candidates = Rewards.candidates(prompts.get(i).item()).size();
            rankings.add(Ranking.read(text, candidates));
        }
        return rankings;
    }

    /** Mean log-probability per token of a text after each prompt; NaN where it does not fit. */
    private double[] logProbs(CausalLm policy, List<Prompt> of, List<String> texts) {
        double[] means = new double[of.size()];
        Arrays.fill(means, Double.NaN);
        int context = policy.config().maxPositionEmbeddings();
        List<Integer> places = new ArrayList<>();
        List<int[]> answers = new ArrayList<>();
        for (int i = 0; i < means.length; i++) {
            int[] answer = Answers.of(tokenizer).tokens(of.get(i).tokens(), texts.get(i));
            if (of.get(i).tokens().length + answer.length <= context) {
                places.add(i);
                answers.add(answer);
            }
        }
        for (int from = 0; from < places.size(); from += ROWS) {
            int to = Math.min(places.size(), from + ROWS);
            int[][] rows =
                    places.subList(from, to).stream()
                            .map(i -> of.get(i).tokens())
                            .toArray(int[][]::new);
            int[][] completions = answers.subList(from, to).toArray(int[][]::new);
            float[][] scores = policy.score(new TokenBatch(rows, completions), 1).logProbs();
            for (int i = from; i < to; i++) {
                means[places.get(i)] = FluencyReward.mean(scores[i - from]);
            }
        }
        return means;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
    }

    private static double accuracy(double[] chosen, double[] rejected) {
        double right = 0;
        int compared = 0;
        for (int i = 0; i < chosen.length; i++) {
            double margin = chosen[i] - rejected[i];
            if (!Double.isNaN(margin)) {
                compared++;
                right += margin > 0 ? 1 : margin == 0 ? 0.5 : 0;
            }
        }
        return compared == 0 ? Double.NaN : right / compared;
    }
}
