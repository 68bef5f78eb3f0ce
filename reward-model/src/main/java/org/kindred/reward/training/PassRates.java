package org.kindred.reward.training;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;

/** How often a model ranks each pair rightly, over its orders. */
public final class PassRates {
    private PassRates() {}

    /**
     * Share of a pair's chains that rank the chosen response strictly first.
     *
     * @param rolloutsPerOrder chains for each pair and order asked about
     * @return by the pair's id
     */
    public static Map<String, Double> of(
            CausalLm policy,
            List<AskedPair> asked,
            ChainTask task,
            SamplingOptions sampling,
            int rolloutsPerOrder,
            SeedTree seeds) {
        List<List<Completion>> answers =
                new Generator(policy, task.tokenizer())
                        .generate(
                                asked.stream().map(a -> a.prompt().tokens()).toList(),
                                rolloutsPerOrder,
                                sampling,
                                seeds);
        Map<String, int[]> counts = new TreeMap<>(); // right, all
        for (int i = 0; i < answers.size(); i++) {
            AskedPair pair = asked.get(i);
            int[] count = counts.computeIfAbsent(pair.pair().id(), id -> new int[2]);
            for (Completion completion : answers.get(i)) {
                String text = task.tokenizer().text(completion.tokens());
                count[0] += ChainVerdict.of(pair, task.read(text)).right() == 1 ? 1 : 0;
                count[1]++;
            }
        }
        Map<String, Double> rates = new TreeMap<>();
        counts.forEach((id, count) -> rates.put(id, (double) count[0] / count[1]));
        return rates;
    }
}
