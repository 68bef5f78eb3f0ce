package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kindred.reward.RatingScale;

/**
 * Tells a user's utility in criteria. The utility over the training texts is approximated by few
 * standardised criteria, chosen one by one by how much they add (orthogonal matching pursuit), so
 * that two criteria that say the same are not both named. A weight is the criterion's share of the
 * sum of absolute standardised coefficients.
 *
 * @param covariance of the standardised criteria over the training texts, {@code [c][c]}
 * @param withAxes covariance of each criterion with the score on each direction of taste, {@code
 *     [c][direction]}
 * @param axisCovariance of the scores, {@code [direction][direction]}
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record RubricWriter(double[][] covariance, double[][] withAxes, double[][] axisCovariance) {

    private static final int FEWEST = 4;
    private static final int MOST = 7;

    /** After the fourth, a criterion must explain this share of the utility's variance. */
    private static final double WORTH_NAMING = 0.02;

    /** Correlation above which two criteria say the same. */
    private static final double ALIKE = 0.75;

    /** Share of the largest correlation that lets an earlier criterion of the bank be named. */
    private static final double NEARLY = 0.9;

    private static final int NOTHING_LEFT = -1;
    private static final double RIDGE = 1e-3; // against criteria that are all but one

    static RubricWriter of(List<TextReader.Reading> readings, double[][] axisScores) {
        int criteria = Criteria.BANK.size();
        int axes = axisScores[0].length;
        double[][] covariance = new double[criteria][criteria];
        double[][] withAxes = new double[criteria][axes];
        double[][] axisCovariance = new double[axes][axes];
        double[] mean = new double[criteria];
        for (TextReader.Reading reading : readings) {
            Vectors.add(mean, 1.0 / readings.size(), reading.criteria());
        }
        for (int text = 0; text < axisScores.length; text++) {
            double[] c = readings.get(text).criteria().clone();
            Vectors.add(c, -1, mean);
            double[] s = axisScores[text];
            for (int i = 0; i < criteria; i++) {
                Vectors.add(covariance[i], c[i] / axisScores.length, c);
                Vectors.add(withAxes[i], c[i] / axisScores.length, s);
            }
            for (int k = 0; k < axes; k++) {
                Vectors.add(axisCovariance[k], s[k] / axisScores.length, s);
            }
        }
        return new RubricWriter(covariance, withAxes, axisCovariance);
    }

    /**
     * The same for a scenario.
     *
     * @param shift what the scenario adds to the criteria's weights in each direction, {@code
     *     [direction][criterion]}
     */
    RubricWriter shifted(double[][] shift) {
        int criteria = covariance.length;
        int directions = axisCovariance.length;
        double[][] moved = new double[criteria][directions]; // covariance of criteria and shift
        for (int c = 0; c < criteria; c++) {
            for (int k = 0; k < directions; k++) {
                moved[c][k] = Vectors.dot(covariance[c], shift[k]);
            }
        }
        double[][] with = new double[criteria][directions];
        double[][] own = new double[directions][directions];
        for (int k = 0; k < directions; k++) {
            for (int c = 0; c < criteria; c++) {
                with[c][k] = withAxes[c][k] + moved[c][k];
            }
            for (int l = 0; l < directions; l++) {
                own[k][l] = axisCovariance[k][l];
                for (int c = 0; c < criteria; c++) {
                    own[k][l] +=
                            shift[k][c] * (withAxes[c][l] + moved[c][l])
                                    + shift[l][c] * withAxes[c][k];
                }
            }
        }
        return new RubricWriter(covariance, with, own);
    }

    private record Named(Criterion criterion, double effect) {}

    private static final Comparator<Named> STRONGEST =
            Comparator.comparingDouble(named -> -Math.abs(named.effect()));

    /**
     * @param place of the user: weights of direction 1 and on; missing ones count as 0
     * @param scenario for which this writer tells utilities
     */
    Rubric write(double[] place, RatingScale scale, int scenario) {
        double[] user = new double[place.length + 1]; // weights of all directions
        user[0] = 1;
        System.arraycopy(place, 0, user, 1, place.length);
        double variance = 0;
        for (int k = 0; k < user.length; k++) {
            variance += user[k] * Vectors.dot(axisCovariance[k], user, user.length);
        }
        double[] target = new double[withAxes.length]; // covariance of criterion and utility
        for (int c = 0; c < target.length; c++) {
            target[c] = Vectors.dot(withAxes[c], user, user.length);
        }
        List<Integer> chosen = new ArrayList<>();
        double[] effects = {};
        double explained = 0;
        while (chosen.size() < MOST) {
            int best = strongest(target, chosen, effects);
            if (best == NOTHING_LEFT) {
                break;
            }
            chosen.add(best);
            double[] next = solve(chosen, target);
            double nowExplained = 0;
            for (int i = 0; i < next.length; i++) {
                nowExplained += next[i] * target[chosen.get(i)];
            }
            boolean adds = nowExplained - explained > WORTH_NAMING * variance;
            if (chosen.size() > FEWEST && !adds) {
                chosen.remove(chosen.size() - 1);
                break;
            }
            effects = next;
            explained = nowExplained;
        }
        List<Named> named = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            if (effects[i] != 0) {
                named.add(new Named(Criteria.BANK.get(chosen.get(i)), effects[i]));
            }
        }
        named.sort(STRONGEST);
        double coverage = variance > 0 ? Math.max(0, Math.min(1, explained / variance)) : 0;
        return new Rubric(
                persona(named), items(named), coverage, place.clone(), scale, scenario, Topic.ANY);
    }

    /** Criterion with the largest residual correlation, or an earlier one with nearly as much. */
    private int strongest(double[] target, List<Integer> chosen, double[] effects) {
        double[] strength = new double[target.length];
        for (int c = 0; c < target.length; c++) {
            if (covariance[c][c] > 0 && !saysTheSame(c, chosen)) {
                double residual = target[c];
                for (int i = 0; i < effects.length; i++) {
                    residual -= effects[i] * covariance[c][chosen.get(i)];
                }
                strength[c] = Math.abs(residual) / Math.sqrt(covariance[c][c]);
            }
        }
        double most = Arrays.stream(strength).max().orElseThrow();
        for (int c = 0; c < strength.length && most > 1e-12; c++) {
            if (strength[c] >= NEARLY * most) {
                return c;
            }
        }
        return NOTHING_LEFT;
    }

    /** Whether a criterion goes up and down with one that is already named, or is one. */
    private boolean saysTheSame(int criterion, List<Integer> chosen) {
        for (int other : chosen) {
            double product = covariance[criterion][criterion] * covariance[other][other];
            if (Math.abs(covariance[criterion][other]) > ALIKE * Math.sqrt(product)) {
                return true;
            }
        }
        return false;
    }

    private double[] solve(List<Integer> chosen, double[] target) {
        double[][] gram = new double[chosen.size()][chosen.size()];
        double[] right = new double[chosen.size()];
        for (int i = 0; i < gram.length; i++) {
            for (int j = 0; j <= i; j++) {
                gram[i][j] = covariance[chosen.get(i)][chosen.get(j)];
            }
            gram[i][i] += RIDGE;
            right[i] = target[chosen.get(i)];
        }
        return Cholesky.of(gram).solve(right);
    }

    /** Whole per cents by largest remainder. */
    private static List<Rubric.Item> items(List<Named> named) {
        double total = named.stream().mapToDouble(n -> Math.abs(n.effect())).sum();
        int[] weights = new int[named.size()];
        Integer[] byRemainder = new Integer[named.size()];
        double[] remainders = new double[named.size()];
        for (int i = 0; i < weights.length; i++) {
            double share = 100 * Math.abs(named.get(i).effect()) / total;
            weights[i] = (int) share;
            remainders[i] = share - weights[i];
            byRemainder[i] = i;
        }
        Arrays.sort(byRemainder, Comparator.comparingDouble(i -> -remainders[i]));
        int missing = named.isEmpty() ? 0 : 100 - Arrays.stream(weights).sum();
        for (int i = 0; i < missing; i++) {
            weights[byRemainder[i % byRemainder.length]]++;
        }
        List<Rubric.Item> items = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            Criterion criterion = named.get(i).criterion();
            boolean more = named.get(i).effect() > 0;
            items.add(new Rubric.Item(criterion.id(), criterion.name(more), weights[i], more));
        }
        return items;
    }

    /**
     * All wishes, the strongest first. Little of a bipolar quality is itself a wish ("short
     * answers"); little of another is something avoided ("hedging").
     */
    private static String persona(List<Named> named) {
        List<String> wants = new ArrayList<>();
        List<String> avoids = new ArrayList<>();
        for (Named n : named) {
            boolean more = n.effect() > 0;
            if (more || n.criterion().bipolar()) {
                wants.add(n.criterion().name(more));
            } else {
                avoids.add(n.criterion().high());
            }
        }
        if (named.isEmpty()) {
            return "Wants: nothing in particular.";
        }
        return Stream.of(sentence("Wants", wants), sentence("Avoids", avoids))
                .filter(sentence -> !sentence.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String sentence(String verb, List<String> what) {
        return what.isEmpty() ? "" : verb + ": " + String.join(", ", what) + ".";
    }
}
