package org.kindred.reward.prototype;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.GaussianMixturePrior;
import org.kindred.reward.judge.RubricJudge;

/**
 * How many prototypes the users support. For each number, clouds of taste are found without one
 * fold of the users, and the users left out are judged by the log-likelihood of all their choices
 * under these clouds. The smallest number is taken that is within one standard error (over users,
 * of the difference) of the best. Shapes of clouds (silhouette and the like) cannot decide between
 * one and two.
 */
final class PrototypeCount {
    private static final int FOLDS = 5;

    private PrototypeCount() {}

    static int choose(
            RubricJudge judge,
            Map<String, UserContext> users,
            PrototypeOptions options,
            SeedTree seeds) {
        if (users.size() < 2 * FOLDS) {
            return 1;
        }
        Map<String, Integer> foldOf = folds(users.keySet().stream().toList(), seeds);
        int most = Math.min(options.most(), users.size() / 2);
        List<Map<String, Double>> sums = heldOut(judge, users, foldOf, most, seeds);
        int best = 0;
        for (int k = 1; k < most; k++) {
            best = total(sums.get(k)) > total(sums.get(best)) ? k : best;
        }
        for (int k = 0; k < best; k++) {
            if (withinError(sums.get(best), sums.get(k))) {
                return k + 1;
            }
        }
        return best + 1;
    }

    private static double total(Map<String, Double> byUser) {
        return byUser.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    private static boolean withinError(Map<String, Double> better, Map<String, Double> other) {
        double difference = total(better) - total(other);
        double mean = difference / better.size();
        double squares = 0;
        for (Map.Entry<String, Double> user : better.entrySet()) {
            double rest = user.getValue() - other.get(user.getKey()) - mean;
            squares += rest * rest;
        }
        return difference <= Math.sqrt(squares);
    }

    /**
     * Log-likelihood of each user's choices under clouds of the other folds, by user, for one cloud
     * and more.
     */
    private static List<Map<String, Double>> heldOut(
            RubricJudge judge,
            Map<String, UserContext> users,
            Map<String, Integer> foldOf,
            int most,
            SeedTree seeds) {
        List<Map<String, Double>> sums = new ArrayList<>();
        for (int k = 0; k < most; k++) {
            sums.add(new TreeMap<>());
        }
        for (int fold = 0; fold < FOLDS; fold++) {
            int out = fold;
            List<GaussianMixturePrior> clouds =
                    judge.clouds(
                            users.values().stream()
                                    .filter(user -> foldOf.get(user.userId()) != out)
                                    .toList(),
                            IntStream.rangeClosed(1, most).toArray(),
                            seeds.child(fold));
            for (UserContext user : users.values()) {
                if (foldOf.get(user.userId()) == out) {
                    double[] evidence = judge.evidence(clouds, user);
                    for (int k = 0; k < most; k++) {
                        sums.get(k).put(user.userId(), evidence[k]);
                    }
                }
            }
        }
        return sums;
    }

    private static Map<String, Integer> folds(List<String> ids, SeedTree seeds) {
        List<String> order = seeds.child("folds").shuffled(ids);
        Map<String, Integer> foldOf = new TreeMap<>();
        for (int i = 0; i < order.size(); i++) {
            foldOf.put(order.get(i), i % FOLDS);
        }
        return foldOf;
    }
}
