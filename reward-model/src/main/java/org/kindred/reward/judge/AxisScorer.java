package org.kindred.reward.judge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.reward.TextKey;
import org.kindred.reward.judge.TextReader.Reading;

/**
 * Places a text on the global utility and the shared axes, without any matrix: a few inner products
 * and one similarity to each landmark, shared by all axes.
 *
 * @param landmarks centred embeddings, {@code [landmark][dimension]}; empty if embeddings carry no
 *     weight
 * @param weights linear function of each axis, entry 0 the global utility
 * @param effects own effects of known texts on each axis, by {@link TextKey}
 * @param offsets taken off each axis, so that the training texts have mean 0 for every user
 */
record AxisScorer(
        TextReader reader,
        float[][] landmarks,
        TextKernel.Weights[] weights,
        Map<String, double[]> effects,
        double[] offsets) {

    /** Axis scores of each text, {@code [text][1 + axis]}. */
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
        int axes = model.weights().length;
        TextKernel.Weights[] dual = new TextKernel.Weights[axes];
        for (int k = 0; k < axes; k++) {
            dual[k] = kernel.dual(model.weights()[k], reader.tfIdf().idf().length);
        }
        float[][] vectors =
                kernelWeights.embedding() > 0
                        ? landmarks.stream().map(Reading::embedding).toArray(float[][]::new)
                        : new float[0][];
        Map<String, double[]> effects = new LinkedHashMap<>();
        for (int text = 0; text < design.texts().size(); text++) {
            int effect = features.effectOf()[text];
            if (effect >= 0) {
                double[] own = new double[axes];
                for (int k = 0; k < axes; k++) {
                    own[k] =
                            features.effectHeight()
                                    * model.weights()[k][features.denseColumns() + effect];
                }
                effects.put(TextKey.of(design.texts().get(text)), own);
            }
        }
        double[] offsets = new double[axes];
        AxisScorer raw = new AxisScorer(reader, vectors, dual, effects, offsets);
        double[][] scores = raw.plain(readings);
        for (double[] score : scores) {
            Vectors.add(offsets, 1.0 / scores.length, score);
        }
        return raw;
    }
}
