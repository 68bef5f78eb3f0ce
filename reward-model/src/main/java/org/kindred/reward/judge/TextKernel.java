package org.kindred.reward.judge;

import java.util.List;
import org.kindred.reward.judge.TextReader.Reading;

/**
 * Features whose inner product is the kernel of the judge,
 *
 * <pre>
 * k(i, j) = w_c c_i.c_j / C  +  w_t x_i.x_j  +  w_e exp(-(1 - e_i.e_j) / 0.4)
 * </pre>
 *
 * with standardised criteria c (C of them), TF-IDF rows x and centred embeddings e. The first term
 * stays as it is: columns {@code sqrt(w_c / C) c}. The others become {@code L^-1 k(landmarks, i)}
 * with {@code k(landmarks, landmarks) = L L'}: exact if every training text is a landmark, else the
 * Nystroem approximation.
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
final class TextKernel {
    static final double BANDWIDTH = 0.4;

    /** Keeps the factor stable where two texts read alike; kernel values are near 1. */
    private static final double JITTER = 1e-6;

    private final KernelWeights weights;
    private final List<Reading> landmarks;
    private final Cholesky factor;

    TextKernel(KernelWeights weights, List<Reading> landmarks) {
        this.weights = weights;
        this.landmarks = landmarks;
        double[][] gram = new double[landmarks.size()][];
        for (int i = 0; i < gram.length; i++) {
            gram[i] = new double[i + 1];
            for (int j = 0; j <= i; j++) {
                gram[i][j] = similarity(landmarks.get(i), landmarks.get(j));
            }
            gram[i][i] += JITTER;
        }
        factor = Cholesky.of(gram);
    }

    int dimensions() {
        return Criteria.BANK.size() + landmarks.size();
    }

    /**
     * Embeddings of the landmarks, {@code [dimension][landmark]}; empty if they carry no weight.
     */
    float[][] vectorsByDimension() {
        if (weights.embedding() == 0) {
            return new float[0][];
        }
        float[][] columns = new float[landmarks.get(0).embedding().length][landmarks.size()];
        for (int j = 0; j < landmarks.size(); j++) {
            for (int i = 0; i < columns.length; i++) {
                columns[i][j] = landmarks.get(j).embedding()[i];
            }
        }
        return columns;
    }

    /**
     * Closeness of a text to all landmarks. By dimension, since the compiler turns the inner loop
     * into vector instructions, which it may not do with sums.
     *
     * @param byDimension as of {@link #vectorsByDimension}
     */
    static double[] closeness(float[] embedding, float[][] byDimension) {
        if (byDimension.length == 0) {
            return new double[0];
        }
        float[] cosines = new float[byDimension[0].length];
        for (int i = 0; i < byDimension.length; i++) {
            float[] column = byDimension[i];
            float entry = embedding[i];
            for (int j = 0; j < cosines.length; j++) {
                cosines[j] += entry * column[j];
            }
        }
        double[] closeness = new double[cosines.length];
        for (int j = 0; j < closeness.length; j++) {
            closeness[j] = Math.exp((cosines[j] - 1) / BANDWIDTH);
        }
        return closeness;
    }

    /** Features of one text. */
    float[] features(Reading reading) {
        int criteria = Criteria.BANK.size();
        float[] features = new float[dimensions()];
        double scale = criteriaScale();
        for (int c = 0; c < criteria; c++) {
            features[c] = (float) (scale * reading.criteria()[c]);
        }
        double[] similarities = new double[landmarks.size()];
        for (int j = 0; j < similarities.length; j++) {
            similarities[j] = similarity(reading, landmarks.get(j));
        }
        double[] rest = factor.forward(similarities);
        for (int j = 0; j < rest.length; j++) {
            features[criteria + j] = (float) rest[j];
        }
        return features;
    }

    /**
     * The linear function {@code w . features(text)} in a form that needs no factor.
     *
     * @param criteria weights of the criteria's columns, {@code [1 + scenario][criterion]}
     */
    Weights dual(double[] w, double[][] criteria, int terms) {
        int count = Criteria.BANK.size();
        double[][] scaled = new double[criteria.length][count];
        for (int s = 0; s < criteria.length; s++) {
            Vectors.add(scaled[s], criteriaScale(), criteria[s]);
        }
        double[] alpha = new double[landmarks.size()];
        System.arraycopy(w, count, alpha, 0, alpha.length);
        alpha = factor.backward(alpha);
        double[] term = new double[terms];
        double[] neighbour = new double[alpha.length];
        for (int j = 0; j < alpha.length; j++) {
            landmarks.get(j).terms().addTo(term, weights.terms() * alpha[j]);
            neighbour[j] = weights.embedding() * alpha[j];
        }
        return new Weights(scaled, term, neighbour);
    }

    /**
     * One linear function of a text.
     *
     * @param criteria by standardised criterion, {@code [1 + scenario][criterion]}; entry 0 is the
     *     mean over scenarios, for prompts of none
     * @param terms by TF-IDF column
     * @param neighbours by landmark, for the similarity of embeddings
     */
    record Weights(double[][] criteria, double[] terms, double[] neighbours) {}

    static double closeness(float[] a, float[] b) {
        return Math.exp(-(1 - Vectors.dot(a, b)) / BANDWIDTH);
    }

    private double similarity(Reading a, Reading b) {
        double sum = 0;
        if (weights.terms() > 0) {
            sum += weights.terms() * a.terms().dot(b.terms());
        }
        if (weights.embedding() > 0) {
            sum += weights.embedding() * closeness(a.embedding(), b.embedding());
        }
        return sum;
    }

    private double criteriaScale() {
        return Math.sqrt(weights.criteria() / Criteria.BANK.size());
    }
}
