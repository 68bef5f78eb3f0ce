package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.List;
import org.kindred.reward.TextEmbedder;

/**
 * Reads a text into the three descriptions that the model uses, each on a scale taken from the
 * training texts.
 *
 * @param embeddingMean mean of the training texts' embeddings, taken off before comparison: raw
 *     vectors of unrelated texts have cosine 0.4; empty if texts are read without embeddings, which
 *     take a hundred times as long as the rest
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record TextReader(CriteriaScale scale, TfIdf tfIdf, float[] embeddingMean, TextEmbedder embedder) {

    /**
     * @param criteria standardised, {@code [criterion]}
     * @param terms of length 1 or 0
     * @param embedding centred, of length 1; empty if it was not asked for
     */
    record Reading(double[] criteria, TfIdf.Sparse terms, float[] embedding) {}

    /**
     * @param embedded whether texts are embedded
     */
    static TextReader fit(List<String> texts, TextEmbedder embedder, boolean embedded) {
        CriteriaScale scale = CriteriaScale.fit(texts.stream().map(Criteria::measure).toList());
        float[] mean = embedded ? mean(embedder.embed(texts)) : new float[0];
        return new TextReader(scale, TfIdf.fit(texts), mean, embedder);
    }

    TextReader withoutEmbeddings() {
        return new TextReader(scale, tfIdf, new float[0], embedder);
    }

    List<Reading> read(List<String> texts) {
        boolean embedded = embeddingMean.length > 0;
        List<float[]> vectors = embedded ? embedder.embed(texts) : List.of();
        List<Reading> readings = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            readings.add(
                    new Reading(
                            scale.standardise(Criteria.measure(texts.get(i))),
                            tfIdf.vector(texts.get(i)),
                            embedded ? centred(vectors.get(i), embeddingMean) : new float[0]));
        }
        return readings;
    }

    static float[] mean(List<float[]> vectors) {
        double[] sum = new double[vectors.get(0).length];
        for (float[] vector : vectors) {
            Vectors.add(sum, 1, vector);
        }
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / vectors.size());
        }
        return mean;
    }

    /** The difference from a mean, of length 1; 0 where there is none. */
    static float[] centred(float[] vector, float[] mean) {
        double squares = 0;
        float[] centred = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            centred[i] = vector[i] - mean[i];
            squares += (double) centred[i] * centred[i];
        }
        double length = Math.sqrt(squares);
        for (int i = 0; i < vector.length && length > 0; i++) {
            centred[i] = (float) (centred[i] / length);
        }
        return centred;
    }
}
