package org.kindred.eval.alignment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.metric.RougeL;
import org.kindred.eval.stats.Bootstrap;
import org.kindred.eval.stats.Interval;
import org.kindred.reward.TextEmbedder;

/**
 * How like a policy's completions are to the answer that the same user chose for the same prompt.
 * High likeness is no proof of quality, but a policy that its judge prizes while it walks away from
 * what people chose deserves a look.
 *
 * @param rougeL F1 of {@link RougeL}, 0 to 1; interval over users
 * @param cosine of the embeddings, -1 to 1: likeness of topic rather than of words
 */
public record Likeness(
        String policy, String group, int users, int texts, Interval rougeL, Interval cosine) {

    private record Pair(String userId, String group, double rougeL, double cosine) {}

    /**
     * @param chosen chosen answers by the ids that samples name prompts by; a completion of another
     *     prompt is left out
     * @param draws bootstrap resamples of users
     * @return all groups, then each, of every policy
     */
    public static List<Likeness> of(
            List<Sample> samples,
            Map<String, String> chosen,
            List<String> policies,
            TextEmbedder embedder,
            int draws,
            SeedTree seeds) {
        Bootstrap bootstrap = new Bootstrap(draws, seeds.child("bootstrap"));
        List<Sample> known = samples.stream().filter(s -> chosen.containsKey(s.prompt())).toList();
        Set<String> texts = new LinkedHashSet<>(); // embedded together, which is faster
        known.forEach(sample -> texts.add(sample.completion()));
        known.forEach(sample -> texts.add(chosen.get(sample.prompt())));
        List<String> order = List.copyOf(texts);
        List<float[]> vectors = order.isEmpty() ? List.of() : embedder.embed(order);
        Map<String, float[]> byText = new HashMap<>();
        for (int i = 0; i < order.size(); i++) {
            byText.put(order.get(i), vectors.get(i));
        }
        List<Likeness> rows = new ArrayList<>();
        for (String policy : policies) {
            List<Pair> pairs =
                    known.stream()
                            .filter(sample -> sample.policy().equals(policy))
                            .map(sample -> pair(sample, chosen.get(sample.prompt()), byText))
                            .toList();
            if (!pairs.isEmpty()) {
                Slice.of(pairs, pair -> Alignment.ALL, Pair::group)
                        .forEach(slice -> rows.add(row(policy, slice, bootstrap)));
            }
        }
        return rows;
    }

    private static Pair pair(Sample sample, String chosen, Map<String, float[]> vectors) {
        float[] own = vectors.get(sample.completion());
        float[] wanted = vectors.get(chosen);
        double cosine = 0;
        for (int i = 0; i < own.length; i++) {
            cosine += own[i] * wanted[i]; // both are of length 1
        }
        return new Pair(
                sample.userId(), sample.group(), RougeL.f1(sample.completion(), chosen), cosine);
    }

    private static Likeness row(String policy, Slice<Pair> slice, Bootstrap bootstrap) {
        return new Likeness(
                policy,
                slice.group(),
                (int) slice.rows().stream().map(Pair::userId).distinct().count(),
                slice.rows().size(),
                bootstrap.mean(Bootstrap.clusters(slice.rows(), Pair::userId, Pair::rougeL)),
                bootstrap.mean(Bootstrap.clusters(slice.rows(), Pair::userId, Pair::cosine)));
    }
}
