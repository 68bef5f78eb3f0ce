package org.kindred.reward.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.run.Watch;

/**
 * Measures a chain writer on pairs that it does not learn from, one chain a pair and order.
 *
 * <ul>
 *   <li>{@code accuracy}: chosen response first, ties one half, unread chains wrong;
 *   <li>{@code parse_rate}: share of chains that can be read;
 *   <li>{@code stated_agreement}: share of the readable ones whose stated totals follow from their
 *       breakdown;
 *   <li>{@code tie_rate}: share of all with equal totals.
 * </ul>
 *
 * @param sampling temperature 0 for the likeliest chain
 */
public record ChainMeasure(
        List<AskedPair> asked, ChainTask task, SamplingOptions sampling, SeedTree seeds)
        implements Watch.Measure {

    public ChainMeasure {
        asked = List.copyOf(asked);
    }

    @Override
    public Map<String, Double> of(CausalLm policy) {
        return numbers(verdicts(policy));
    }

    /** One verdict for each pair and order that is asked about, in their order. */
    public List<ChainVerdict> verdicts(CausalLm policy) {
        List<List<Completion>> answers =
                new Generator(policy, task.tokenizer())
                        .generate(
                                asked.stream().map(a -> a.prompt().tokens()).toList(),
                                1,
                                sampling,
                                seeds);
        List<ChainVerdict> verdicts = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            String text = task.tokenizer().text(answers.get(i).get(0).tokens());
            verdicts.add(ChainVerdict.of(asked.get(i), task.read(text)));
        }
        return verdicts;
    }

    /** The numbers that the class's description names. */
    public static Map<String, Double> numbers(List<ChainVerdict> verdicts) {
        double all = Math.max(1, verdicts.size());
        long read = verdicts.stream().filter(ChainVerdict::isRead).count();
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("accuracy", verdicts.stream().mapToDouble(ChainVerdict::right).sum() / all);
        numbers.put("parse_rate", read / all);
        numbers.put(
                "stated_agreement",
                read == 0
                        ? 0
                        : verdicts.stream().filter(ChainVerdict::agrees).count() / (double) read);
        numbers.put("tie_rate", verdicts.stream().filter(v -> v.right() == 0.5).count() / all);
        return numbers;
    }
}
