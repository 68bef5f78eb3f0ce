package org.kindred.eval.alignment;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.SeedTree;
import org.kindred.eval.metric.TextDiversity;

/**
 * How much a policy's completions repeat each other: a policy that collapses, or that games its
 * judge with one phrase, shows here. As many texts are read of every policy and group, since both
 * measures depend on the number.
 *
 * @param group of users, or {@link Alignment#ALL}
 * @param texts completions read
 * @param distinct1 different words by words
 * @param distinct2 different pairs of words by pairs
 * @param selfBleu mean BLEU of a completion against the others
 * @param words mean length of all completions of the group
 */
public record Diversity(
        String policy,
        String group,
        int texts,
        @JsonProperty("distinct_1") double distinct1,
        @JsonProperty("distinct_2") double distinct2,
        double selfBleu,
        double words) {
    private static final int MOST_TEXTS = 400;

    /** Of all users, then of each group; completions without a group have the group {@code all}. */
    public static List<Diversity> of(List<Sample> samples, List<String> policies, SeedTree seeds) {
        Map<String, Map<String, List<Sample>>> groups = new LinkedHashMap<>();
        groups.put(Alignment.ALL, byPolicy(samples));
        Map<String, List<Sample>> byGroup = new TreeMap<>();
        samples.stream()
                .filter(s -> !s.group().equals(Alignment.ALL))
                .forEach(s -> byGroup.computeIfAbsent(s.group(), name -> new ArrayList<>()).add(s));
        byGroup.forEach((group, own) -> groups.put(group, byPolicy(own)));
        List<Diversity> rows = new ArrayList<>();
        for (String policy : policies) {
            groups.forEach(
                    (group, byName) -> {
                        int texts = byName.values().stream().mapToInt(List::size).min().orElse(0);
                        List<Sample> own = byName.getOrDefault(policy, List.of());
                        if (!own.isEmpty()) {
                            rows.add(row(policy, group, own, Math.min(texts, MOST_TEXTS), seeds));
                        }
                    });
        }
        return rows;
    }

    private static Map<String, List<Sample>> byPolicy(List<Sample> samples) {
        Map<String, List<Sample>> byPolicy = new LinkedHashMap<>();
        samples.forEach(
                s -> byPolicy.computeIfAbsent(s.policy(), name -> new ArrayList<>()).add(s));
        return byPolicy;
    }

    private static Diversity row(
            String policy, String group, List<Sample> samples, int texts, SeedTree seeds) {
        List<String> read =
                seeds.child(group)
                        .shuffled(samples.stream().map(Sample::completion).toList())
                        .subList(0, texts);
        return new Diversity(
                policy,
                group,
                texts,
                TextDiversity.distinct(read, 1),
                TextDiversity.distinct(read, 2),
                TextDiversity.selfBleu(read),
                samples.stream().mapToInt(Sample::words).average().orElse(Double.NaN));
    }
}
