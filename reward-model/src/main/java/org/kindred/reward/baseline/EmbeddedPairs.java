package org.kindred.reward.baseline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Preference;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.Vectors;

/**
 * Responses as sentence vectors: what all baselines without a judge see. Vectors lose the mean of
 * the training responses, since raw ones of unrelated texts have cosine 0.4, and get length 1.
 *
 * @param mean of the training responses' vectors
 * @param byUser training users sorted by id: one row a choice
 */
record EmbeddedPairs(TextEmbedder embedder, double[] mean, Map<String, List<Pair>> byUser) {

    /** A choice. */
    record Pair(double[] chosen, double[] rejected) {
        double[] difference() {
            double[] difference = chosen.clone();
            Vectors.add(difference, -1, rejected);
            return difference;
        }
    }

    static EmbeddedPairs of(Collection<Preference> training, TextEmbedder embedder) {
        if (training.isEmpty()) {
            throw new KindredException("cannot fit baselines: no training rows were given");
        }
        List<String> texts = new ArrayList<>();
        training.forEach(row -> texts.addAll(List.of(row.chosenText(), row.rejectedText())));
        List<String> distinct = texts.stream().distinct().sorted().toList();
        double[] mean = new double[embedder.embed(distinct.get(0)).length];
        for (float[] vector : embedder.embed(distinct)) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += vector[i] / (double) distinct.size();
            }
        }
        Map<String, List<Pair>> byUser = new TreeMap<>();
        EmbeddedPairs empty = new EmbeddedPairs(embedder, mean, Map.of());
        UserContext.byUser(training).forEach((id, user) -> byUser.put(id, empty.pairs(user)));
        return new EmbeddedPairs(embedder, mean, byUser);
    }

    int dimensions() {
        return mean.length;
    }

    List<Pair> pairs(UserContext user) {
        return user.history().stream()
                .map(row -> new Pair(vector(row.chosenText()), vector(row.rejectedText())))
                .toList();
    }

    double[] vector(String response) {
        float[] raw = embedder.embed(response);
        double[] vector = new double[raw.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = raw[i] - mean[i];
        }
        double length = Math.sqrt(Vectors.dot(vector, vector));
        for (int i = 0; i < vector.length && length > 0; i++) {
            vector[i] /= length;
        }
        return vector;
    }
}
