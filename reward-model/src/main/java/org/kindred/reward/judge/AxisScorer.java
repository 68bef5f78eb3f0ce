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
 * @param landmarks centred embeddings, {@code [landmark][dimension]}; empty if embeddings carry no
 *     weight
 * @param weights linear function of each direction
 * @param effects own effects of known texts on each direction, by {@link TextKey}
 * @param offsets taken off each direction, so that the training texts have mean 0 for every user
 */
record AxisScorer(
        TextReader reader,
        float[][] landmarks,
        TextKernel.Weights[] weights,
        Map<String, double[]> effects,
        double[] offsets) {

    /** Scores of each text on each direction, {@code [text][direction]}. */
    double[][] score(List<String> texts) {
        double[][] scores = plain(reader.read(texts));
        for (int i = 0; i < scores.length; i++) {
            double[] effect = effects.get(TextKey.of(texts.get(i)));
            if (effect != null) {
                Vectors.add(scores[i], 1, effect);
            }
        }
        return scores;
    }

    /** Scores without what is known of a text itself. */
    double[][] plain(List<Reading> readings) {
        double[][] scores = new double[readings.size()][weights.length];
        double[] closeness = new double[landmarks.length];
        for (int i = 0; i < scores.length; i++) {
            Reading reading = readings.get(i);
            for (int j = 0; j < closeness.length; j++) {
                closeness[j] = TextKernel.closeness(reading.embedding(), landmarks[j]);
            }
            for (int k = 0; k < weights.length; k++) {
                scores[i][k] =
                        Vectors.dot(weights[k].criteria(), reading.criteria())
                                + reading.terms().dot(weights[k].terms())
                                + Vectors.dot(weights[k].neighbours(), closeness, closeness.length)
                                - offsets[k];
            }
        }
        return scores;
    }

    /** The scorer of a fitted model. */
    static AxisScorer of(
            TextReader reader,
            List<Reading> readings,
            List<Reading> landmarks,
            TextKernel kernel,
            KernelWeights kernelWeights,
            TextFeatures features,
            PairDesign design,
            AxisModel model) {
        double[][] directions = directions(model);
        int terms = reader.tfIdf().idf().length;
        TextKernel.Weights[] dual =
                Arrays.stream(directions)
                        .map(w -> kernel.dual(w, terms))
                        .toArray(TextKernel.Weights[]::new);
        float[][] vectors =
                kernelWeights.embedding() > 0
                        ? landmarks.stream().map(Reading::embedding).toArray(float[][]::new)
                        : new float[0][];
        Map<String, double[]> effects = new LinkedHashMap<>();
        for (int text = 0; text < design.texts().size(); text++) {
            int effect = features.effectOf()[text];
            if (effect >= 0) {
                int column = features.denseColumns() + effect;
                effects.put(
                        TextKey.of(design.texts().get(text)),
                        Arrays.stream(directions)
                                .mapToDouble(w -> features.effectHeight() * w[column])
                                .toArray());
            }
        }
        double[] offsets = new double[directions.length];
        AxisScorer scorer = new AxisScorer(reader, vectors, dual, effects, offsets);
        double[][] scores = scorer.plain(readings);
        for (double[] score : scores) {
            Vectors.add(offsets, 1.0 / scores.length, score);
        }
        return scorer;
    }

    private static double[][] directions(AxisModel model) {
        double[][] directions = Arrays.copyOf(model.weights(), model.weights().length + 1);
        double[] stranger = model.global().clone();
        Vectors.add(stranger, -1, model.weights()[0]);
        directions[directions.length - 1] = stranger;
        return directions;
    }
}
