package org.kindred.reward.judge;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.reward.TextKey;
import org.kindred.reward.judge.TextReader.Reading;

/**
 * Places a text on all directions of taste, without any matrix: a few inner products and one
 * similarity to each landmark, shared by all directions.
 *
 * <p>Directions: 0 is the mean user's utility a, 1 to d are the shared axes b, and the last one is
 * a0 - a, what turns the mean user into the global model that serves strangers. A user's utility is
 * direction 0 plus the others weighted by the user's place.
 *
 * @param landmarks centred embeddings, {@code [dimension][landmark]}; empty if embeddings carry no
 *     weight
 * @param weights linear function of each direction
 * @param effects own effects of known texts on each direction, by {@link TextKey}
 * @param offsets taken off each direction, so that the training texts have mean 0 for every user
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record AxisScorer(
        TextReader reader,
        float[][] landmarks,
        TextKernel.Weights[] weights,
        Map<String, double[]> effects,
        double[] offsets) {

    /**
     * Scores of each text on each direction, {@code [text][direction]}.
     *
     * @param scenarios scenario in which each text is an answer, or {@link Scenarios#NONE}
     */
    double[][] score(List<String> texts, int[] scenarios) {
        double[][] scores = plain(reader.read(texts), scenarios);
        for (int i = 0; i < scores.length; i++) {
            double[] effect = effects.get(TextKey.of(texts.get(i)));
            if (effect != null) {
                Vectors.add(scores[i], 1, effect);
            }
        }
        return scores;
    }

    /** Scores without what is known of a text itself. */
    double[][] plain(List<Reading> readings, int[] scenarios) {
        double[][] scores = new double[readings.size()][weights.length];
        for (int i = 0; i < scores.length; i++) {
            Reading reading = readings.get(i);
            double[] closeness = TextKernel.closeness(reading.embedding(), landmarks);
            for (int k = 0; k < weights.length; k++) {
                scores[i][k] =
                        Vectors.dot(weights[k].criteria()[1 + scenarios[i]], reading.criteria())
                                + reading.terms().dot(weights[k].terms())
                                + Vectors.dot(weights[k].neighbours(), closeness, closeness.length)
                                - offsets[k];
            }
        }
        return scores;
    }

    /** What a scenario adds to the criteria's weights, {@code [direction][criterion]}. */
    double[][] shift(int scenario) {
        double[][] shift = new double[weights.length][];
        for (int k = 0; k < shift.length; k++) {
            shift[k] = weights[k].criteria()[1 + scenario].clone();
            Vectors.add(shift[k], -1, weights[k].criteria()[0]);
        }
        return shift;
    }

    /** Where no scenario is to be told apart. */
    static int[] noScenario(int texts) {
        int[] none = new int[texts];
        Arrays.fill(none, Scenarios.NONE);
        return none;
    }

    /**
     * The scorer of a fitted model.
     *
     * @param shares share of each scenario among the training rows
     */
    static AxisScorer of(
            TextReader reader,
            List<Reading> readings,
            TextKernel kernel,
            PairFeatures features,
            PairDesign design,
            double[] shares,
            AxisModel model) {
        double[][] directions = directions(model);
        int terms = reader.tfIdf().idf().length;
        TextKernel.Weights[] dual =
                Arrays.stream(directions)
                        .map(w -> kernel.dual(w, criteria(w, features, shares), terms))
                        .toArray(TextKernel.Weights[]::new);
        Map<String, double[]> effects = new LinkedHashMap<>();
        for (int text = 0; text < design.texts().size(); text++) {
            int effect = design.effectOf()[text];
            if (effect >= 0 && features.effectHeight() > 0) {
                int column = features.effectColumn(effect);
                effects.put(
                        TextKey.of(design.texts().get(text)),
                        Arrays.stream(directions)
                                .mapToDouble(w -> features.effectHeight() * w[column])
                                .toArray());
            }
        }
        double[] offsets = new double[directions.length];
        AxisScorer scorer =
                new AxisScorer(reader, kernel.vectorsByDimension(), dual, effects, offsets);
        double[][] scores = scorer.plain(readings, noScenario(readings.size()));
        for (double[] score : scores) {
            Vectors.add(offsets, 1.0 / scores.length, score);
        }
        return scorer;
    }

    /** Weights of the criteria's columns: mean over scenarios, then each scenario's own. */
    private static double[][] criteria(double[] w, PairFeatures features, double[] shares) {
        int count = Criteria.BANK.size();
        double[][] criteria = new double[1 + shares.length][];
        criteria[0] = Arrays.copyOf(w, count);
        for (int s = 0; s < shares.length; s++) {
            int from = features.scenarioColumn(s);
            double[] own = Arrays.copyOfRange(w, from, from + count);
            criteria[1 + s] = Arrays.copyOf(w, count);
            Vectors.add(criteria[1 + s], features.scenarioHeight(), own);
            Vectors.add(criteria[0], shares[s] * features.scenarioHeight(), own);
        }
        return criteria;
    }

    private static double[][] directions(AxisModel model) {
        double[][] directions = Arrays.copyOf(model.weights(), model.weights().length + 1);
        double[] stranger = model.global().clone();
        Vectors.add(stranger, -1, model.weights()[0]);
        directions[directions.length - 1] = stranger;
        return directions;
    }
}
