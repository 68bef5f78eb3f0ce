package org.kindred.reward.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.UserContext;
import org.kindred.reward.baseline.EmbeddedPairs.Pair;
import org.kindred.reward.judge.Lbfgs;
import org.kindred.reward.judge.Vectors;

/**
 * LoRe-style low-rank rewards (arXiv 2504.14439): {@code r_u(x) = sum_k softmax(theta_u)_k v_k .
 * x}, a few shared reward directions and a point in the simplex for each user.
 */
final class LowRank implements Baseline {
    private static final int RANK = 5;
    private static final double PENALTY = 1; // on directions
    private static final double USER_PENALTY = 0.5; // on theta, around the training users' mean

    private final EmbeddedPairs pairs;
    private final double[][] directions = new double[RANK][];
    private final double[] mean = new double[RANK];

    LowRank(EmbeddedPairs pairs, SeedTree seeds) {
        this.pairs = pairs;
        List<List<double[]>> users = new ArrayList<>();
        pairs.byUser().values().forEach(own -> users.add(differences(own)));
        int d = pairs.dimensions();
        double[] start = new double[RANK * d + users.size() * RANK];
        SplittableRandom random = seeds.random();
        for (int i = 0; i < start.length; i++) {
            start[i] = 0.1 * random.nextGaussian();
        }
        double[] found =
                Lbfgs.rough().minimise((x, gradient) -> objective(x, gradient, users, d), start);
        for (int k = 0; k < RANK; k++) {
            directions[k] = java.util.Arrays.copyOfRange(found, k * d, (k + 1) * d);
        }
        for (int i = RANK * d; i < found.length; i++) {
            mean[(i - RANK * d) % RANK] += found[i] / users.size();
        }
    }

    private static List<double[]> differences(List<Pair> own) {
        return own.stream().map(Pair::difference).toList();
    }

    private static double objective(
            double[] x, double[] gradient, List<List<double[]>> users, int d) {
        double value = 0;
        for (int i = 0; i < x.length; i++) {
            double penalty = i < RANK * d ? PENALTY : USER_PENALTY;
            gradient[i] = penalty * x[i];
            value += penalty / 2 * x[i] * x[i];
        }
        double[] projections = new double[RANK];
        for (int u = 0; u < users.size(); u++) {
            int at = RANK * d + u * RANK;
            double[] weights = Simplex.of(x, at, RANK);
            for (double[] difference : users.get(u)) {
                double margin = 0;
                for (int k = 0; k < RANK; k++) {
                    projections[k] = Simplex.dot(x, k * d, difference);
                    margin += weights[k] * projections[k];
                }
                value += Vectors.softplus(-margin);
                double slope = -Vectors.sigmoid(-margin);
                for (int k = 0; k < RANK; k++) {
                    Simplex.add(gradient, k * d, slope * weights[k], difference);
                    gradient[at + k] += slope * weights[k] * (projections[k] - margin);
                }
            }
        }
        return value;
    }

    @Override
    public String name() {
        return "LoRe-style low-rank rewards";
    }

    @Override
    public boolean usesHistory() {
        return true;
    }

    @Override
    public Scorer forUser(UserContext user) {
        List<double[]> choices = new ArrayList<>(); // margins along each direction
        for (double[] difference : differences(pairs.pairs(user))) {
            choices.add(projections(difference));
        }
        double[] weights = Simplex.fit(choices, mean, USER_PENALTY);
        return (prompt, response) -> Vectors.dot(weights, projections(pairs.vector(response)));
    }

    private double[] projections(double[] vector) {
        double[] projections = new double[RANK];
        for (int k = 0; k < RANK; k++) {
            projections[k] = Vectors.dot(directions[k], vector);
        }
        return projections;
    }
}
