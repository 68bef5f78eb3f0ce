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
        Map<String, Reading> readings = new HashMap<>();
        for (Preference row : world.dataset().preferences()) {
            for (String text : List.of(row.chosenText(), row.rejectedText())) {
                readings.computeIfAbsent(text, t -> truth.read(row.promptText(), t));
            }
        }
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
            double[] weights = targets.isEmpty() ? new double[0] : logisticFit(readings, rows);
            for (Preference row : targets) {
                String prompt = row.promptText();
                count++;
                oracle +=
                        truth.utility(row.userId(), prompt, readings.get(row.chosenText()))
                                        > truth.utility(
                                                row.userId(),
                                                prompt,
                                                readings.get(row.rejectedText()))
                                ? 1
                                : 0;
                oneOrder +=
                        sum(truth, readings, sums, row.chosenText(), prompt)
                                        > sum(truth, readings, sums, row.rejectedText(), prompt)
                                ? 1
                                : 0;
                ownFit += dot(weights, difference(readings, row)) > 0 ? 1 : 0;
            }
        }
        return new Yardsticks(
                (double) oracle / count, (double) oneOrder / count, (double) ownFit / count);
    }

    private static double sum(
            LatentTruth truth,
            Map<String, Reading> readings,
            Map<String, Double> sums,
            String text,
            String prompt) {
        return sums.computeIfAbsent(
                text,
                t ->
                        truth.users().keySet().stream()
                                .mapToDouble(user -> truth.utility(user, prompt, readings.get(t)))
                                .sum());
    }

    private static double[] logisticFit(Map<String, Reading> readings, List<Preference> rows) {
        List<double[]> differences =
                rows.stream()
                        .filter(row -> row.part().equals("fit"))
                        .map(row -> difference(readings, row))
                        .toList();
        double[] weights = new double[differences.get(0).length];
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

    private static double[] difference(Map<String, Reading> readings, Preference row) {
        Map<Trait, Double> chosen = readings.get(row.chosenText()).traits();
        Map<Trait, Double> rejected = readings.get(row.rejectedText()).traits();
        double[] difference = new double[chosen.size()];
        int k = 0;
        for (Trait trait : chosen.keySet()) {
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
