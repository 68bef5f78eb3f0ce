package org.kindred.reward.prototype;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.UserContext;
import org.kindred.reward.cluster.Clusterer.Cells;
import org.kindred.reward.cluster.KMeansClusterer;
import org.kindred.reward.judge.RubricJudge;

/**
 * How many prototypes the users support. For each number, cells are found without one fold of the
 * users; each user left out is described by the first half of the history and judged on the second:
 * mean log-likelihood of a pair under the mixture of the cells' mean tastes. The smallest number is
 * taken that is within {@value #CLOSE} a pair of the best, or within one standard error over users
 * of the difference, whichever is larger. Shapes of clouds (silhouette and the like) cannot decide
 * between one and two.
 */
final class PrototypeCount {
    static final double CLOSE = 0.005;
    private static final int FOLDS = 5;

    private PrototypeCount() {}

    static int choose(
            RubricJudge judge,
            Map<String, UserContext> users,
            Map<String, double[]> points,
            PrototypeOptions options,
            SeedTree seeds) {
        if (users.size() < 2 * FOLDS) {
            return 1;
        }
        Map<String, double[]> places = new TreeMap<>();
        users.forEach((id, user) -> places.put(id, TasteFeatures.placeBy(judge).apply(user)));
        Map<String, Integer> foldOf = folds(users.keySet().stream().toList(), seeds);
        int most = Math.min(options.most(), users.size() / 2);
        List<Map<String, Double>> sums = new ArrayList<>(); // by number of cells, by user
        for (int k = 1; k <= most; k++) {
            sums.add(heldOut(judge, users, points, places, foldOf, k, options, seeds));
        }
        int best = 0;
        for (int k = 1; k < most; k++) {
            best = total(sums.get(k)) > total(sums.get(best)) ? k : best;
        }
        double pairs = 0;
        for (UserContext user : users.values()) {
            pairs += user.history().size() - user.history().size() / 2;
        }
        for (int k = 0; k < best; k++) {
            double[] gap = gap(sums.get(best), sums.get(k), pairs);
            if (gap[0] <= Math.max(CLOSE, gap[1])) {
                return k + 1;
            }
        }
        return best + 1;
    }

    private static double total(Map<String, Double> byUser) {
        return byUser.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Difference a pair between two fits, and its standard error over users. */
    private static double[] gap(
            Map<String, Double> better, Map<String, Double> other, double pairs) {
        double mean = (total(better) - total(other)) / better.size();
        double squares = 0;
        for (Map.Entry<String, Double> user : better.entrySet()) {
            double rest = user.getValue() - other.get(user.getKey()) - mean;
            squares += rest * rest;
        }
        return new double[] {mean * better.size() / pairs, Math.sqrt(squares) / pairs};
    }

    /** Log-likelihood of the second half of each user's history. */
    private static Map<String, Double> heldOut(
            RubricJudge judge,
            Map<String, UserContext> users,
            Map<String, double[]> points,
            Map<String, double[]> places,
            Map<String, Integer> foldOf,
            int k,
            PrototypeOptions options,
            SeedTree seeds) {
        Map<String, Double> sums = new TreeMap<>();
        for (int fold = 0; fold < FOLDS; fold++) {
            int out = fold;
            List<String> in =
                    users.keySet().stream().filter(user -> foldOf.get(user) != out).toList();
            Cells cells =
                    new KMeansClusterer(options.starts())
                            .cluster(
                                    in.stream().map(points::get).toArray(double[][]::new),
                                    k,
                                    seeds.child(k).child(fold));
            List<List<double[]>> tastes = new ArrayList<>();
            for (int g = 0; g < cells.centroids().length; g++) {
                tastes.add(new ArrayList<>());
            }
            for (int i = 0; i < in.size(); i++) {
                tastes.get(cells.labels()[i]).add(places.get(in.get(i)));
            }
            for (UserContext user : users.values()) {
                if (foldOf.get(user.userId()) == out) {
                    List<Preference> rows = user.history();
                    int half = rows.size() / 2;
                    double[] values =
                            judge.predict(
                                    tastes, rows.subList(0, half), rows.subList(half, rows.size()));
                    sums.put(user.userId(), Arrays.stream(values).sum());
                }
            }
        }
        return sums;
    }

    private static Map<String, Integer> folds(List<String> ids, SeedTree seeds) {
        List<String> order = new ArrayList<>(ids);
        SplittableRandom random = seeds.child("folds").random();
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, random.nextInt(i + 1));
        }
        Map<String, Integer> foldOf = new TreeMap<>();
        for (int i = 0; i < order.size(); i++) {
            foldOf.put(order.get(i), i % FOLDS);
        }
        return foldOf;
    }
}
