package org.kindred.reward.prototype;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.kindred.datasets.SeedTree;

/**
 * How stable cells are (bootstrap Jaccard; Hennig, Computational Statistics and Data Analysis 52,
 * 2007): users are drawn with replacement and clustered anew. A cell's stability is the mean over
 * draws of its largest overlap {@code |C and D| / |C or D|} with a new cell D, where C is the
 * cell's drawn users. From 0.75 a cell is stable, below 0.6 it should not be trusted.
 */
final class Stability {
    private Stability() {}

    /**
     * @param cells members of each cell; together all users
     * @param draws bootstrap samples, at least 1
     * @param clustering gives the new cell of each drawn user; users may occur more than once
     * @return a number from 0 to 1 for each cell; NaN for one of whom nobody was ever drawn
     */
    static double[] of(
            List<? extends Collection<String>> cells,
            int draws,
            BiFunction<List<String>, SeedTree, Map<String, Integer>> clustering,
            SeedTree seeds) {
        List<String> users = cells.stream().flatMap(Collection::stream).sorted().toList();
        double[] sums = new double[cells.size()];
        int[] counts = new int[cells.size()];
        for (int draw = 0; draw < draws; draw++) {
            SeedTree own = seeds.child(draw);
            SplittableRandom random = own.child("users").random();
            List<String> drawn = new ArrayList<>();
            for (int i = 0; i < users.size(); i++) {
                drawn.add(users.get(random.nextInt(users.size())));
            }
            drawn.sort(null);
            Map<Integer, Set<String>> found = new TreeMap<>();
            clustering
                    .apply(drawn, own.child("cells"))
                    .forEach(
                            (user, cell) ->
                                    found.computeIfAbsent(cell, c -> new HashSet<>()).add(user));
            Set<String> present = new HashSet<>(drawn);
            for (int c = 0; c < sums.length; c++) {
                Set<String> members = new HashSet<>(cells.get(c));
                members.retainAll(present);
                if (!members.isEmpty()) {
                    counts[c]++;
                    sums[c] +=
                            found.values().stream()
                                    .mapToDouble(other -> jaccard(members, other))
                                    .max()
                                    .orElse(0);
                }
            }
        }
        for (int c = 0; c < sums.length; c++) {
            sums[c] /= counts[c];
        }
        return sums;
    }

    static double jaccard(Set<String> a, Set<String> b) {
        long common = a.stream().filter(b::contains).count();
        return common / (double) (a.size() + b.size() - common);
    }
}
