package org.kindred.policy.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Byte-pair encoding (Sennrich et al., arXiv 1508.07909): the most frequent pair of neighbours in
 * the counted words becomes one symbol, again and again. Equal counts are decided by the smaller
 * left, then the smaller right symbol, so that the result depends on the words and counts alone.
 *
 * <p>Counts are kept up to date word by word; the queue may hold outdated entries, which are
 * corrected when they surface.
 */
final class PairMerges {
    /** Two neighbouring symbols. */
    record Pair(int left, int right) {}

    private record Candidate(Pair pair, long count) {}

    private static final Comparator<Candidate> BEST_FIRST =
            Comparator.comparingLong(Candidate::count)
                    .reversed()
                    .thenComparingInt(candidate -> candidate.pair().left())
                    .thenComparingInt(candidate -> candidate.pair().right());

    private final List<int[]> words = new ArrayList<>();
    private final List<Long> wordCounts = new ArrayList<>();
    private final Map<Pair, Long> pairCounts = new HashMap<>();
    private final Map<Pair, Set<Integer>> wordsOfPair = new HashMap<>();
    private final Set<Pair> dropped = new HashSet<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(BEST_FIRST);

    /** Adds a word as a sequence of symbols. */
    void addWord(int[] symbols, long count) {
        words.add(symbols);
        wordCounts.add(count);
        changePairs(words.size() - 1, 1);
    }

    /** To be called once after all words. */
    void start() {
        pairCounts.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
    }

    /** The most frequent pair, or null if none occurs {@code minCount} times. */
    @Nullable Pair best(int minCount) {
        while (!queue.isEmpty()) {
            Candidate candidate = queue.peek();
            long count = pairCounts.getOrDefault(candidate.pair(), 0L);
            if (count == candidate.count() && !dropped.contains(candidate.pair())) {
                return count >= minCount ? candidate.pair() : null;
            }
            queue.poll(); // outdated: a changed count is queued anew when it changes
        }
        return null;
    }

    /** Leaves a pair unmerged from now on. */
    void drop(Pair pair) {
        dropped.add(pair);
    }

    /** Replaces every occurrence of the pair, from left to right, by {@code symbol}. */
    void merge(Pair pair, int symbol) {
        Set<Pair> changed = new HashSet<>();
        for (int word : List.copyOf(wordsOfPair.getOrDefault(pair, Set.of()))) {
            int[] before = words.get(word);
            int[] after = new int[before.length];
            int length = 0;
            int i = 0;
            while (i < before.length) {
                boolean here =
                        i + 1 < before.length
                                && before[i] == pair.left()
                                && before[i + 1] == pair.right();
                after[length++] = here ? symbol : before[i];
                i += here ? 2 : 1;
            }
            if (length == before.length) {
                continue; // an earlier merge took the pair out of this word
            }
            changed.addAll(changePairs(word, -1));
            words.set(word, Arrays.copyOf(after, length));
            changed.addAll(changePairs(word, 1));
        }
        wordsOfPair.remove(pair);
        for (Pair other : changed) {
            long count = pairCounts.getOrDefault(other, 0L);
            if (count > 0) {
                queue.add(new Candidate(other, count));
            } else {
                pairCounts.remove(other);
            }
        }
    }

    private Set<Pair> changePairs(int word, int sign) {
        Set<Pair> changed = new HashSet<>();
        int[] symbols = words.get(word);
        for (int i = 0; i + 1 < symbols.length; i++) {
            Pair pair = new Pair(symbols[i], symbols[i + 1]);
            pairCounts.merge(pair, sign * wordCounts.get(word), Long::sum);
            if (sign > 0) {
                wordsOfPair.computeIfAbsent(pair, p -> new HashSet<>()).add(word);
            }
            changed.add(pair);
        }
        return changed;
    }
}
