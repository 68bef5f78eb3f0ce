package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.TextEmbedder;
import org.kindred.reward.cluster.Clusterer.Cells;
import org.kindred.reward.cluster.KMeansClusterer;

/**
 * Kinds of prompts, for tastes that depend on what is asked. A scenario is a domain of the data set
 * where every prompt has exactly one, else a cell of the prompts' embeddings. A new prompt belongs
 * to the nearest centroid by cosine, or to none ({@link #NONE}) if it is farther from it than
 * nearly all training prompts are from theirs.
 *
 * @param mean of the training prompts' embeddings, taken off before comparison
 * @param centroids of length 1, {@code [scenario][dimension]}; none if tastes do not depend on it
 * @param threshold least cosine of a member
 */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
record Scenarios(float[] mean, float[][] centroids, double threshold) {
    static final int NONE = -1;

    private static final int MOST_DOMAINS = 32;
    private static final double STRAY_SHARE = 0.05; // of training prompts that would be strays

    /** Prompts with the scenario of each; the order of scenarios is that of names or cell sizes. */
    record Fitted(Scenarios scenarios, Map<String, Integer> ofPrompt) {}

    /** Tastes do not depend on the prompt. */
    static Fitted off(List<Preference> rows) {
        Map<String, Integer> ofPrompt = new HashMap<>();
        rows.forEach(row -> ofPrompt.put(row.promptText(), NONE));
        return new Fitted(new Scenarios(new float[0], new float[0][], 0), ofPrompt);
    }

    /**
     * @param most number of cells where there are no usable domains
     */
    static Fitted fit(List<Preference> rows, TextEmbedder embedder, int most, SeedTree seeds) {
        Map<String, TreeSet<String>> domains = new TreeMap<>(); // by prompt
        for (Preference row : rows) {
            TreeSet<String> own = domains.computeIfAbsent(row.promptText(), p -> new TreeSet<>());
            own.add(row.domain() == null ? "" : row.domain());
        }
        List<String> prompts = List.copyOf(domains.keySet());
        if (most < 2 || prompts.size() < 2 * most) {
            return off(rows);
        }
        List<float[]> vectors = embedder.embed(prompts);
        float[] mean = TextReader.mean(vectors);
        float[][] points =
                vectors.stream().map(v -> TextReader.centred(v, mean)).toArray(float[][]::new);
        int[] labels = labels(domains, points, most, seeds);
        int count = Arrays.stream(labels).max().orElseThrow() + 1;
        if (count < 2) {
            return off(rows);
        }
        float[][] centroids = new float[count][];
        for (int s = 0; s < count; s++) {
            centroids[s] = centroid(points, labels, s, -1);
        }
        double[] closeness = new double[points.length];
        for (int i = 0; i < points.length; i++) { // from the centroid of the others of its kind
            float[] others = centroid(points, labels, labels[i], i);
            closeness[i] = Vectors.dot(points[i], others);
        }
        Arrays.sort(closeness);
        Map<String, Integer> ofPrompt = new HashMap<>();
        for (int i = 0; i < labels.length; i++) {
            ofPrompt.put(prompts.get(i), labels[i]);
        }
        double threshold = closeness[(int) (STRAY_SHARE * closeness.length)];
        return new Fitted(new Scenarios(mean, centroids, threshold), ofPrompt);
    }

    /** Scenario of a prompt, or {@link #NONE}. */
    int of(String prompt, TextEmbedder embedder) {
        if (centroids.length == 0) {
            return NONE;
        }
        float[] point = TextReader.centred(embedder.embed(prompt), mean);
        int best = NONE;
        double most = threshold;
        for (int s = 0; s < centroids.length; s++) {
            double cosine = Vectors.dot(point, centroids[s]);
            if (cosine >= most) {
                most = cosine;
                best = s;
            }
        }
        return best;
    }

    private static int[] labels(
            Map<String, TreeSet<String>> domains, float[][] points, int most, SeedTree seeds) {
        boolean unique = domains.values().stream().allMatch(own -> own.size() == 1);
        List<String> names =
                domains.values().stream().map(TreeSet::first).distinct().sorted().toList();
        if (unique && names.size() > 1 && names.size() <= MOST_DOMAINS) {
            return domains.values().stream().mapToInt(own -> names.indexOf(own.first())).toArray();
        }
        double[][] wide = new double[points.length][];
        for (int i = 0; i < points.length; i++) {
            wide[i] = new double[points[i].length];
            Vectors.add(wide[i], 1, points[i]);
        }
        Cells cells = KMeansClusterer.defaults().cluster(wide, most, seeds.child("scenarios"));
        return cells.labels();
    }

    private static float[] centroid(float[][] points, int[] labels, int label, int without) {
        List<float[]> own = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            if (labels[i] == label && i != without) {
                own.add(points[i]);
            }
        }
        float[] zero = new float[points[0].length];
        return own.isEmpty() ? zero : TextReader.centred(TextReader.mean(own), zero);
    }
}
