package org.kindred.datasets.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.kindred.datasets.Preference;

/**
 * What simple judges make of a simulated world, as shares of its target choices.
 *
 * @param oracle knows every user's true weights; noise alone keeps it from 1
 * @param oneOrder one order of answers for all, by their mean true utility over the users
 * @param ownFit logistic regression on trait differences, ridge 1, from the fit rows of that user
 *     alone
 */
record Yardsticks(double oracle, double oneOrder, double ownFit) {

    static Yardsticks of(SimulatedPopulation world, Predicate<Preference> wanted) {
        LatentTruth truth = world.truth();
        Map<String, Double> sums = new HashMap<>();
        int oracle = 0;
        int oneOrder = 0;
        int ownFit = 0;
        int count = 0;
        for (List<Preference> rows : world.dataset().byUser().values()) {
            List<Preference> targets =
                    rows.stream()
                            .filter(row -> row.part().equals("eval") && wanted.test(row))
                            .toList();
            double[] weights = targets.isEmpty() ? new double[0] : logisticFit(truth, rows);
            for (Preference row : targets) {
                String prompt = row.promptText();
                count++;
                oracle +=
                        truth.utility(row.userId(), prompt, row.chosenText())
                                        > truth.utility(row.userId(), prompt, row.rejectedText())
                                ? 1
                                : 0;
                oneOrder +=
                        sum(truth, sums, prompt, row.chosenText())
                                        > sum(truth, sums, prompt, row.rejectedText())
                                ? 1
                                : 0;
                ownFit += dot(weights, difference(truth, row)) > 0 ? 1 : 0;
            }
        }
        return new Yardsticks(
                (double) oracle / count, (double) oneOrder / count, (double) ownFit / count);
    }

    private static double sum(
            LatentTruth truth, Map<String, Double> sums, String prompt, String text) {
        return sums.computeIfAbsent(
                text,
                t -> {
                    Reading reading = truth.read(prompt, t);
                    double sum = 0;
                    for (String user : truth.users().keySet()) {
                        sum += truth.utility(user, prompt, reading);
                    }
                    return sum;
                });
    }

    private static double[] logisticFit(LatentTruth truth, List<Preference> rows) {
        List<double[]> differences =
                rows.stream()
                        .filter(row -> row.part().equals("fit"))
                        .map(row -> difference(truth, row))
                        .toList();
        double[] weights = new double[Trait.values().length];
        for (int step = 0; step < 200; step++) {
            double[] gradient = weights.clone();
            for (double[] difference : differences) {
                double miss = 1 / (1 + Math.exp(dot(weights, difference)));
                for (int k = 0; k < weights.length; k++) {
                    gradient[k] -= miss * difference[k];
                }
            }
            for (int k = 0; k < weights.length; k++) {
                weights[k] -= 0.05 * gradient[k];
            }
        }
        return weights;
    }

    private static double[] difference(LatentTruth truth, Preference row) {
        Map<Trait, Double> chosen = truth.read(row.promptText(), row.chosenText()).traits();
        Map<Trait, Double> rejected = truth.read(row.promptText(), row.rejectedText()).traits();
        double[] difference = new double[Trait.values().length];
        int k = 0;
        for (Trait trait : Trait.values()) {
            difference[k++] = chosen.get(trait) - rejected.get(trait);
        }
        return difference;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
