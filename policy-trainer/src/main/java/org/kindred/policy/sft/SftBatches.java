package org.kindred.policy.sft;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;

/**
 * The batches of an epoch: a seeded shuffle, cut into windows, each window sorted by length and cut
 * into batches, the batches of a window shuffled. A function of seed and epoch alone. Every example
 * occurs once; the last batch may be smaller.
 */
final class SftBatches {

    private SftBatches() {}

    static List<List<SftExample>> ofEpoch(
            List<SftExample> examples, int rows, int windowBatches, SeedTree epoch) {
        SplittableRandom random = epoch.random();
        List<SftExample> shuffled = new ArrayList<>(examples);
        SeedTree.shuffle(shuffled, random);
        List<List<SftExample>> batches = new ArrayList<>();
        int window = Math.multiplyExact(rows, windowBatches);
        for (int from = 0; from < shuffled.size(); from += window) {
            int to = Math.min(shuffled.size(), from + window);
            List<SftExample> sorted = new ArrayList<>(shuffled.subList(from, to));
            sorted.sort(Comparator.comparingInt(SftExample::length));
            List<List<SftExample>> cut = cut(sorted, rows);
            SeedTree.shuffle(cut, random);
            batches.addAll(cut);
        }
        return batches;
    }

    static List<List<SftExample>> cut(List<SftExample> examples, int rows) {
        List<List<SftExample>> parts = new ArrayList<>();
        for (int from = 0; from < examples.size(); from += rows) {
            parts.add(List.copyOf(examples.subList(from, Math.min(examples.size(), from + rows))));
        }
        return parts;
    }
}
