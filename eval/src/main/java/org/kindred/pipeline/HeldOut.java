package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;
import org.kindred.eval.alignment.TextLikelihood;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.run.Watch;
import org.kindred.policy.sft.SftExample;
import org.kindred.policy.tokenizer.Answers;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.prototype.PreferenceGroups;

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
 *
 * Each over all items, and as {@code worst_group/METRIC} and {@code group_mean/METRIC} over the
 * preference groups that have a value; {@code group/NAME/METRIC} where there are several groups.
 */
final class HeldOut implements Watch.Measure {
    /** All that there are; which of them items have is for {@link #metrics}. */
    static final List<String> METRICS =
            List.of("ndcg", "hr_1", "hr_5", "hr_10", "reference_log_prob", "preference_accuracy");

    private static final String LOG_PROB = "reference_log_prob";
    private static final String ACCURACY = "preference_accuracy";

    private final List<Prompt> prompts;
    private final Tokenizer tokenizer;
    private final int newTokens;

    /** An item, the preference group of its user, and what the policy reads of it. */
    record Prompt(TrainingItem item, String group, int[] tokens) {

        /** Where groups are not asked about. */
        Prompt(TrainingItem item, int[] tokens) {
            this(item, PreferenceGroups.EVERYBODY, tokens);
        }
    }

    /**
     * What a policy made of an item.
     *
     * @param rank place of the right candidate, 0 where it is not named; null if nothing is ranked
     * @param own mean log-probability per token of the user's text; NaN if there is none, or if it
     *     does not fit
     * @param rejected likewise of the rejected answer
     */
    record Measured(String group, @Nullable Integer rank, double own, double rejected) {}

    HeldOut(List<Prompt> prompts, Tokenizer tokenizer, int newTokens) {
        this.prompts = List.copyOf(prompts);
        this.tokenizer = tokenizer;
        this.newTokens = newTokens;
    }

    /** The number that chooses among checkpoints unless another is named. */
    static String usualMetric(List<Prompt> prompts) {
        return prompts.stream().anyMatch(p -> ranks(p.item())) ? "ndcg" : LOG_PROB;
    }

    /** The metrics that prompts can have. */
    static List<String> metrics(List<Prompt> prompts) {
        List<Prompt> withText = withText(prompts);
        boolean ranked = prompts.stream().anyMatch(p -> ranks(p.item()));
        return METRICS.stream()
                .filter(
                        metric ->
                                switch (metric) {
                                    case LOG_PROB -> !withText.isEmpty();
                                    case ACCURACY -> !withText.isEmpty() && areChoices(withText);
                                    default -> ranked;
                                })
                .toList();
    }

    private static boolean ranks(TrainingItem item) {
        List<Task.Candidate> candidates = item.task() == null ? null : item.task().candidates();
        return candidates != null && !candidates.isEmpty();
    }

    private static List<Prompt> withText(List<Prompt> prompts) {
        return prompts.stream().filter(p -> p.item().reference() != null).toList();
    }

    /** A share of some of the texts would be another number. */
    private static boolean areChoices(List<Prompt> withText) {
        return withText.stream().allMatch(p -> p.item().choice() != null);
    }

    @Override
    public Map<String, Double> of(CausalLm policy) {
        return numbers(measured(policy));
    }

    private List<Measured> measured(CausalLm policy) {
        List<Prompt> ranking = prompts.stream().filter(p -> ranks(p.item())).toList();
        Map<Prompt, Integer> ranks = new IdentityHashMap<>();
        if (!ranking.isEmpty()) {
            List<Ranking> rankings = rankings(policy, tokenizer, ranking, newTokens);
            for (int i = 0; i < ranking.size(); i++) {
                ranks.put(
                        ranking.get(i),
                        rankings.get(i).rankOfTarget(Rewards.candidates(ranking.get(i).item())));
            }
        }
        List<Prompt> withText = withText(prompts);
        Map<Prompt, Double> own = logProbs(policy, withText, TrainingItem::reference);
        Map<Prompt, Double> rejected =
                areChoices(withText)
                        ? logProbs(policy, withText, item -> item.choice().rejectedText())
                        : Map.of();
        return prompts.stream()
                .map(
                        p ->
                                new Measured(
                                        p.group(),
                                        ranks.get(p),
                                        own.getOrDefault(p, Double.NaN),
                                        rejected.getOrDefault(p, Double.NaN)))
                .toList();
    }

    /** All numbers that the class's description names; those that nothing gives are left out. */
    static Map<String, Double> numbers(List<Measured> measured) {
        Map<String, Double> pooled = pooled(measured);
        Map<String, List<Measured>> groups = new TreeMap<>();
        measured.forEach(
                one -> groups.computeIfAbsent(one.group(), g -> new ArrayList<>()).add(one));
        Map<String, Map<String, Double>> byGroup = new TreeMap<>();
        groups.forEach((group, own) -> byGroup.put(group, pooled(own)));
        Map<String, Double> numbers = new LinkedHashMap<>(pooled);
        for (String metric : pooled.keySet()) {
            double[] values =
                    byGroup.values().stream()
                            .filter(own -> own.containsKey(metric))
                            .mapToDouble(own -> own.get(metric))
                            .toArray();
            numbers.put(
                    SelectBy.Over.WORST_GROUP.key(metric),
                    Arrays.stream(values).min().orElse(Double.NaN));
            numbers.put(
                    SelectBy.Over.GROUP_MEAN.key(metric),
                    Arrays.stream(values).average().orElse(Double.NaN));
        }
        if (byGroup.size() > 1) {
            byGroup.forEach(
                    (group, own) ->
                            own.forEach(
                                    (metric, value) ->
                                            numbers.put("group/" + group + "/" + metric, value)));
        }
        return numbers;
    }

    private static Map<String, Double> pooled(List<Measured> measured) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        List<Integer> ranks =
                measured.stream().map(Measured::rank).filter(Objects::nonNull).toList();
        if (!ranks.isEmpty()) {
            metrics.putAll(Ranking.metrics(ranks));
        }
        measured.stream()
                .mapToDouble(Measured::own)
                .filter(value -> !Double.isNaN(value))
                .average()
                .ifPresent(mean -> metrics.put(LOG_PROB, mean));
        measured.stream()
                .mapToDouble(one -> one.own() - one.rejected())
                .filter(margin -> !Double.isNaN(margin))
                .map(margin -> margin > 0 ? 1 : margin == 0 ? 0.5 : 0)
                .average()
                .ifPresent(share -> metrics.put(ACCURACY, share));
        return metrics;
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

    /** Mean log-probability per token of a text after each prompt, where both fit. */
    private Map<Prompt, Double> logProbs(
            CausalLm policy, List<Prompt> of, Function<TrainingItem, String> text) {
        List<Prompt> some = new ArrayList<>();
        List<SftExample> texts = new ArrayList<>();
        for (Prompt prompt : of) {
            int[] answer = Answers.of(tokenizer).tokens(prompt.tokens(), text.apply(prompt.item()));
            if (answer.length > 0) {
                some.add(prompt);
                texts.add(new SftExample(prompt.tokens(), answer));
            }
        }
        List<TextLikelihood.@Nullable LogProb> found = TextLikelihood.of(policy, texts);
        Map<Prompt, Double> means = new IdentityHashMap<>();
        for (int i = 0; i < some.size(); i++) {
            TextLikelihood.LogProb one = found.get(i);
            if (one != null) {
                means.put(some.get(i), one.mean());
            }
        }
        return means;
    }
}
