package org.kindred.reward.baseline;

import java.util.ArrayList;
import java.util.List;
import org.kindred.reward.UserContext;
import org.kindred.reward.baseline.EmbeddedPairs.Pair;
import org.kindred.reward.judge.Lbfgs;
import org.kindred.reward.judge.Vectors;

/**
 * Bradley-Terry reward on sentence vectors: {@code r = w . x}, {@code L = sum ln(1 + exp(-w . (x+ -
 * x-))) + lambda / 2 |w - w0|^2}. The mandatory scalar control.
 */
final class BradleyTerry implements Baseline {
    private static final double PENALTY = 1;

    /** Whose weights. */
    enum Share {
        /** One w for all, w0 = 0. */
        GLOBAL("Bradley-Terry, global"),
        /** From the user's own choices alone, w0 = 0. */
        USER("Bradley-Terry, per user"),
        /** From the user's own choices, w0 = the global weights. */
        HIERARCHICAL("Bradley-Terry, hierarchical");

        private final String label;

        Share(String label) {
            this.label = label;
        }
    }

    private final EmbeddedPairs pairs;
    private final Share share;
    private final double[] global;

    BradleyTerry(EmbeddedPairs pairs, Share share) {
        this.pairs = pairs;
        this.share = share;
        List<Pair> all = new ArrayList<>();
        pairs.byUser().values().forEach(all::addAll);
        double[] zero = new double[pairs.dimensions()];
        global = share == Share.USER ? zero : fit(all, zero);
    }

    static double[] fit(List<Pair> choices, double[] prior) {
        List<double[]> differences = choices.stream().map(Pair::difference).toList();
        return Lbfgs.defaults()
                .minimise(
                        (w, gradient) -> {
                            double value = 0;
                            for (int i = 0; i < w.length; i++) {
                                gradient[i] = PENALTY * (w[i] - prior[i]);
                                value += PENALTY / 2 * (w[i] - prior[i]) * (w[i] - prior[i]);
                            }
                            for (double[] difference : differences) {
                                double margin = Vectors.dot(w, difference);
                                value += Vectors.softplus(-margin);
                                Vectors.add(gradient, -Vectors.sigmoid(-margin), difference);
                            }
                            return value;
                        },
                        prior);
    }

    @Override
    public String name() {
        return share.label;
    }

    @Override
    public boolean usesHistory() {
        return share != Share.GLOBAL;
    }

    @Override
    public Scorer forUser(UserContext user) {
        double[] weights = share == Share.GLOBAL ? global : fit(pairs.pairs(user), global);
        return (prompt, response) -> Vectors.dot(weights, pairs.vector(response));
    }
}
