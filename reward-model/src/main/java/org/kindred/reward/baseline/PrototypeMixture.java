package org.kindred.reward.baseline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.UserContext;
import org.kindred.reward.baseline.EmbeddedPairs.Pair;
import org.kindred.reward.judge.Lbfgs;
import org.kindred.reward.judge.Vectors;

/**
 * PAL-style prototype mixture: {@code r_u(x) = -|A x - z_u|^2} with the user's ideal point {@code
 * z_u = sum_k softmax(theta_u)_k p_k} between shared prototype points.
 */
final class PrototypeMixture implements Baseline {
    private static final int PROTOTYPES = 4;
    private static final int SPACE = 8;
    private static final double PENALTY = 1;
    private static final double USER_PENALTY = 0.5;

    private final EmbeddedPairs pairs;
    private final int d;
    private final double[] shared; // A [SPACE][d], then p [PROTOTYPES][SPACE]
    private final double[] mean = new double[PROTOTYPES];

    PrototypeMixture(EmbeddedPairs pairs, SeedTree seeds) {
        this.pairs = pairs;
        d = pairs.dimensions();
        List<List<Pair>> users = new ArrayList<>(pairs.byUser().values());
        int common = SPACE * d + PROTOTYPES * SPACE;
        double[] start = new double[common + users.size() * PROTOTYPES];
        SplittableRandom random = seeds.random();
        for (int i = 0; i < start.length; i++) {
            start[i] = (i < SPACE * d ? 0.1 : 0.5) * random.nextGaussian();
        }
        double[] found =
                Lbfgs.rough().minimise((x, gradient) -> objective(x, gradient, users), start);
        shared = Arrays.copyOf(found, common);
        for (int i = common; i < found.length; i++) {
            mean[(i - common) % PROTOTYPES] += found[i] / users.size();
        }
    }

    private double objective(double[] x, double[] gradient, List<List<Pair>> users) {
        double value = 0;
        int common = SPACE * d + PROTOTYPES * SPACE;
        for (int i = 0; i < x.length; i++) {
            double penalty = i < common ? PENALTY : USER_PENALTY;
            gradient[i] = penalty * x[i];
            value += penalty / 2 * x[i] * x[i];
        }
        for (int u = 0; u < users.size(); u++) {
            int at = common + u * PROTOTYPES;
            double[] weights = Simplex.of(x, at, PROTOTYPES);
            double[] ideal = ideal(x, weights);
            double[] dIdeal = new double[SPACE];
            for (Pair pair : users.get(u)) {
                double[] chosen = place(x, pair.chosen());
                double[] rejected = place(x, pair.rejected());
                double margin = distance(rejected, ideal) - distance(chosen, ideal);
                value += Vectors.softplus(-margin);
                double slope = -Vectors.sigmoid(-margin);
                for (int s = 0; s < SPACE; s++) {
                    dIdeal[s] += slope * 2 * (chosen[s] - rejected[s]);
                    Simplex.add(
                            gradient, s * d, -slope * 2 * (chosen[s] - ideal[s]), pair.chosen());
                    Simplex.add(
                            gradient, s * d, slope * 2 * (rejected[s] - ideal[s]), pair.rejected());
                }
            }
            double inner = Vectors.dot(dIdeal, ideal);
            for (int k = 0; k < PROTOTYPES; k++) {
                int point = SPACE * d + k * SPACE;
                gradient[at + k] += weights[k] * (Simplex.dot(x, point, dIdeal) - inner);
                Simplex.add(gradient, point, weights[k], dIdeal);
            }
        }
        return value;
    }

    private double[] place(double[] x, double[] vector) {
        double[] place = new double[SPACE];
        for (int s = 0; s < SPACE; s++) {
            place[s] = Simplex.dot(x, s * d, vector);
        }
        return place;
    }

    private double[] ideal(double[] x, double[] weights) {
        double[] ideal = new double[SPACE];
        for (int k = 0; k < PROTOTYPES; k++) {
            for (int s = 0; s < SPACE; s++) {
                ideal[s] += weights[k] * x[SPACE * d + k * SPACE + s];
            }
        }
        return ideal;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    @Override
    public String name() {
        return "PAL-style prototype mixture";
    }

    @Override
    public boolean usesHistory() {
        return true;
    }

    @Override
    public Scorer forUser(UserContext user) {
        // the margin is linear in the ideal point, hence in the weights: |r|^2 - |c|^2 + 2 z.(c -
        // r)
        List<double[]> choices = new ArrayList<>();
        for (Pair pair : pairs.pairs(user)) {
            double[] chosen = place(shared, pair.chosen());
            double[] rejected = place(shared, pair.rejected());
            double fixed = Vectors.dot(rejected, rejected) - Vectors.dot(chosen, chosen);
            double[] margins = new double[PROTOTYPES];
            for (int k = 0; k < PROTOTYPES; k++) {
                int point = SPACE * d + k * SPACE;
                margins[k] =
                        fixed
                                + 2
                                        * (Simplex.dot(shared, point, chosen)
                                                - Simplex.dot(shared, point, rejected));
            }
            choices.add(margins);
        }
        double[] ideal = ideal(shared, Simplex.fit(choices, mean, USER_PENALTY));
        return (prompt, response) -> -distance(place(shared, pairs.vector(response)), ideal);
    }
}
