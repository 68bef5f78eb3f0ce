package org.kindred.reward.baseline;

import java.util.List;
import org.kindred.reward.judge.Lbfgs;
import org.kindred.reward.judge.Vectors;

/** Mixture weights as the softmax of free numbers, and products with parts of an array. */
final class Simplex {
    private Simplex() {}

    /** Softmax of {@code n} numbers from {@code at}. */
    static double[] of(double[] numbers, int at, int n) {
        double highest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < n; k++) {
            highest = Math.max(highest, numbers[at + k]);
        }
        double[] weights = new double[n];
        double total = 0;
        for (int k = 0; k < n; k++) {
            weights[k] = Math.exp(numbers[at + k] - highest);
            total += weights[k];
        }
        for (int k = 0; k < n; k++) {
            weights[k] /= total;
        }
        return weights;
    }

    /**
     * Weights of a user from choices whose margin is linear in them.
     *
     * @param choices margin of each choice under each component, {@code [choice][component]}
     * @param prior theta without choices
     */
    static double[] fit(List<double[]> choices, double[] prior, double penalty) {
        double[] theta =
                Lbfgs.defaults()
                        .minimise(
                                (x, gradient) -> {
                                    double value = 0;
                                    for (int k = 0; k < x.length; k++) {
                                        gradient[k] = penalty * (x[k] - prior[k]);
                                        value +=
                                                penalty / 2 * (x[k] - prior[k]) * (x[k] - prior[k]);
                                    }
                                    double[] weights = of(x, 0, x.length);
                                    for (double[] choice : choices) {
                                        double margin = Vectors.dot(weights, choice);
                                        value += Vectors.softplus(-margin);
                                        double slope = -Vectors.sigmoid(-margin);
                                        for (int k = 0; k < x.length; k++) {
                                            gradient[k] +=
                                                    slope * weights[k] * (choice[k] - margin);
                                        }
                                    }
                                    return value;
                                },
                                prior);
        return of(theta, 0, theta.length);
    }

    static double dot(double[] array, int at, double[] vector) {
        double sum = 0;
        for (int i = 0; i < vector.length; i++) {
            sum += array[at + i] * vector[i];
        }
        return sum;
    }

    static void add(double[] array, int at, double factor, double[] vector) {
        for (int i = 0; i < vector.length; i++) {
            array[at + i] += factor * vector[i];
        }
    }
}
