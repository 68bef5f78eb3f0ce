package org.kindred.eval.alignment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.kindred.eval.alignment.TextLikelihood.LogProb;
import org.kindred.eval.alignment.TextLikelihood.Text;

/**
 * How far a policy went from the one it started from, and whether it still knows the language: the
 * guard against rewards that are bought with broken text.
 *
 * @param klToReference mean of {@code log p(token) - log p_reference(token)} over the tokens of the
 *     policy's own completions, in nats a token; an estimate of the Kullback-Leibler divergence, 0
 *     for the reference itself
 * @param perplexity exp of the mean negative log-likelihood a token of texts that no training read
 * @param perplexityRatio perplexity by that of the reference; above 1.1 the gain in reward should
 *     not be believed before the completions were read
 */
public record Drift(
        String policy, double klToReference, double perplexity, double perplexityRatio) {

    private static final int COMPLETIONS = 500; // of each policy, at most

    /** Lends one policy at a time, so that one model lies in memory. */
    public interface Policies {
        <T> T lend(String policy, Function<TextLikelihood, T> use);
    }

    /** What one policy says. */
    private record Reading(Map<String, LogProb> completions, LogProb heldOut) {}

    /**
     * @param names the first is the common start of the others
     * @param completions of each policy, in the order of the same prompts
     * @param heldOut texts that no training read, for example chosen answers of held-out rows
     */
    public static List<Drift> of(
            List<String> names,
            Map<String, List<Text>> completions,
            List<Text> heldOut,
            Policies policies) {
        String start = names.get(0);
        List<Drift> drift = new ArrayList<>();
        Reading reference = null;
        for (String name : names) {
            List<String> read = name.equals(start) ? names : List.of(name);
            Reading own =
                    policies.lend(name, likelihood -> read(likelihood, read, completions, heldOut));
            reference = reference == null ? own : reference;
            double perplexity = Math.exp(-own.heldOut().mean());
            drift.add(
                    new Drift(
                            name,
                            own.completions().get(name).mean()
                                    - reference.completions().get(name).mean(),
                            perplexity,
                            perplexity / Math.exp(-reference.heldOut().mean())));
        }
        return drift;
    }

    private static Reading read(
            TextLikelihood likelihood,
            List<String> names,
            Map<String, List<Text>> completions,
            List<Text> heldOut) {
        Map<String, LogProb> read = new HashMap<>();
        for (String name : names) {
            read.put(
                    name,
                    LogProb.total(
                            likelihood.of(spread(completions.getOrDefault(name, List.of())))));
        }
        return new Reading(read, LogProb.total(likelihood.of(heldOut)));
    }

    /** Every n-th, so that all policies are measured on answers to the same prompts. */
    private static List<Text> spread(List<Text> all) {
        int step = (all.size() + COMPLETIONS - 1) / COMPLETIONS;
        return IntStream.range(0, all.size())
                .filter(i -> i % step == 0)
                .mapToObj(all::get)
                .toList();
    }
}
