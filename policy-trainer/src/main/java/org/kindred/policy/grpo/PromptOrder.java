package org.kindred.policy.grpo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.kindred.datasets.SeedTree;

/**
 * Which prompts each step sees; a function of seed, prompts and sampling alone, so that runs with
 * different estimators compare step by step.
 *
 * <p>{@code natural}: each epoch is a new permutation, cut into blocks of distinct prompts; an
 * incomplete last block is dropped (TRL's sampler). {@code balanced} and {@code tempered}: the
 * places of a step are dealt to groups by systematic sampling, so that a group gets its expected
 * number of places rounded up or down; inside a group prompts come round in permutations of their
 * own.
 */
final class PromptOrder {
    private final List<PolicyPrompt> prompts;
    private final int perStep;
    private final SeedTree seeds;
    private final Map<String, List<PolicyPrompt>> members = new TreeMap<>();
    private final Map<String, Long> drawn = new HashMap<>();
    private final TreeMap<String, Double> probabilities;
    private final boolean natural;
    private long steps;

    PromptOrder(List<PolicyPrompt> prompts, int perStep, GroupSampling sampling, SeedTree seeds) {
        if (perStep > prompts.size()) {
            throw new IllegalArgumentException(
                    "prompts_per_step = "
                            + perStep
                            + ": there are only "
                            + prompts.size()
                            + " prompts");
        }
        this.prompts = List.copyOf(prompts);
        this.perStep = perStep;
        this.seeds = seeds;
        this.natural = sampling.kind() == GroupSampling.Kind.NATURAL;
        for (PolicyPrompt prompt : prompts) {
            members.computeIfAbsent(prompt.group(), group -> new ArrayList<>()).add(prompt);
        }
        probabilities = sampling.probabilities(shares(prompts));
    }

    /** Share of each group among the prompts. */
    static Map<String, Double> shares(List<PolicyPrompt> prompts) {
        Map<String, Double> shares = new TreeMap<>();
        for (PolicyPrompt prompt : prompts) {
            shares.merge(prompt.group(), 1.0 / prompts.size(), Double::sum);
        }
        return shares;
    }

    /** The prompts of the next step. */
    List<PolicyPrompt> next() {
        List<PolicyPrompt> block = natural ? block() : dealt();
        steps++;
        return block;
    }

    /** Passes over steps that were done before a restart. */
    void skip(long count) {
        for (long i = 0; i < count; i++) {
            next();
        }
    }

    private List<PolicyPrompt> block() {
        int blocksPerEpoch = prompts.size() / perStep;
        SeedTree epoch = seeds.child("epoch").child(steps / blocksPerEpoch);
        int[] indices =
                blocks(permutation(prompts.size(), epoch), perStep)
                        .get((int) (steps % blocksPerEpoch));
        List<PolicyPrompt> block = new ArrayList<>();
        for (int index : indices) {
            block.add(prompts.get(index));
        }
        return block;
    }

    /** Complete blocks of a permutation, in order. */
    static List<int[]> blocks(int[] permutation, int size) {
        List<int[]> blocks = new ArrayList<>();
        for (int from = 0; from + size <= permutation.length; from += size) {
            blocks.add(Arrays.copyOfRange(permutation, from, from + size));
        }
        return blocks;
    }

    private List<PolicyPrompt> dealt() {
        double offset = seeds.child("places").child(steps).random().nextDouble();
        List<PolicyPrompt> block = new ArrayList<>();
        double upTo = 0;
        int place = 0;
        for (Map.Entry<String, Double> group : probabilities.entrySet()) {
            upTo += group.getValue() * perStep;
            while (place < perStep && place + offset < upTo) {
                block.add(nextOf(group.getKey()));
                place++;
            }
        }
        while (place++ < perStep) { // rounding left the last place over
            block.add(nextOf(probabilities.lastKey()));
        }
        return block;
    }

    private PolicyPrompt nextOf(String group) {
        List<PolicyPrompt> own = members.get(group);
        long before = drawn.merge(group, 1L, Long::sum) - 1;
        SeedTree round = seeds.child(group).child(before / own.size());
        return own.get(permutation(own.size(), round)[(int) (before % own.size())]);
    }

    private static int[] permutation(int size, SeedTree seed) {
        SplittableRandom random = seed.random();
        int[] permutation = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
        return permutation;
    }
}
