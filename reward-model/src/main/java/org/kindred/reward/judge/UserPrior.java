package org.kindred.reward.judge;

import java.util.Arrays;
import org.kindred.reward.cluster.Clusterer.Cells;

/** What is known of a person's coordinates z before any choice, and how choices change it. */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
interface UserPrior {

    /**
     * The belief after some choices.
     *
     * @param ratings how the choices' rating differences are read
     */
    Belief update(Choice[] choices, RatingGaps ratings);

    static double margin(double[] delta, double[] z) {
        double margin = delta[0];
        for (int k = 0; k < z.length; k++) {
            margin += z[k] * delta[1 + k];
        }
        return margin;
    }

    /** Nobody differs from the global model. */
    record Nothing(int axes) implements UserPrior {
        @Override
        public Belief update(Choice[] choices, RatingGaps ratings) {
            return Belief.normal(new double[axes], new double[axes][axes]);
        }
    }

    /**
     * z is one of G centroids, {@code q_g} proportional to {@code n_g exp(-tau sum_k loss_k)}, the
     * loss of a choice being {@code -ln sigma(margin_k)} and that of its rating difference.
     *
     * @param centroids {@code [prototype][axis]}, their mean weighted by shares is 0
     * @param shares n_g, summing to 1
     * @param tau how much a choice counts; above 1 it makes up for shrunken centroids
     */
    record Discrete(double[][] centroids, double[] shares, double tau) implements UserPrior {

        static Discrete of(Cells cells, double tau) {
            int[] sizes = cells.sizes();
            double total = Arrays.stream(sizes).sum();
            return new Discrete(
                    cells.centroids(),
                    Arrays.stream(sizes).mapToDouble(size -> size / total).toArray(),
                    tau);
        }

        @Override
        public Belief update(Choice[] choices, RatingGaps ratings) {
            double[] logs = new double[shares.length];
            for (int g = 0; g < logs.length; g++) {
                logs[g] = Math.log(shares[g]);
                for (Choice choice : choices) {
                    double margin = choice.margin(centroids[g]);
                    logs[g] -=
                            tau * (Vectors.softplus(-margin) + ratings.loss(margin, choice.gap()));
                }
            }
            return Belief.among(centroids, normalised(logs));
        }
    }

    /** Probabilities from their logs up to a constant. */
    static double[] normalised(double[] logs) {
        double highest = Arrays.stream(logs).max().orElseThrow();
        double[] q = Arrays.stream(logs).map(log -> Math.exp(log - highest)).toArray();
        double total = Arrays.stream(q).sum();
        return Arrays.stream(q).map(value -> value / total).toArray();
    }
}
