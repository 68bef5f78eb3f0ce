package org.kindred.reward.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.kindred.datasets.SeedTree;
import smile.clustering.KMeans;
import smile.math.MathEx;

/**
 * Lloyd's k-means with k-means++ starts (Smile), best of several seeded starts by distortion.
 *
 * @param starts number of starts; k-means finds local optima, 20 is ample for a few dozen cells
 */
public record KMeansClusterer(int starts) implements Clusterer {

    private static final int MAX_ITERATIONS = 100;
    private static final double TOLERANCE_PER_POINT = 1e-9;

    public KMeansClusterer {
        if (starts < 1) {
            throw new IllegalArgumentException("starts = " + starts + ": must be 1 or more");
        }
    }

    public static KMeansClusterer defaults() {
        return new KMeansClusterer(20);
    }

    @Override
    public Cells cluster(double[][] points, int k, SeedTree seeds) {
        if (k < 1 || points.length == 0) {
            throw new IllegalArgumentException(
                    "k = " + k + ", points = " + points.length + ": both must be 1 or more");
        }
        int cells = Math.min(k, distinct(points));
        if (cells == 1) {
            return canonical(points, new int[points.length], 1);
        }
        Cells best = null;
        for (int start = 0; start < starts; start++) {
            // Smile's generator belongs to the thread, hence it is set here before each start
            MathEx.setSeed(seeds.child(start).seed());
            int[] labels =
                    KMeans.lloyd(points, cells, MAX_ITERATIONS, TOLERANCE_PER_POINT * points.length)
                            .y;
            Cells found = canonical(points, labels, cells);
            if (best == null || found.distortion() < best.distortion() - 1e-12) {
                best = found;
            }
        }
        return best;
    }

    private static int distinct(double[][] points) {
        Set<List<Double>> different = new HashSet<>();
        for (double[] point : points) {
            different.add(Arrays.stream(point).boxed().toList());
        }
        return different.size();
    }

    /** Recomputes means and distortion in a fixed order, since the library sums in parallel. */
    private static Cells canonical(double[][] points, int[] labels, int cells) {
        int dimensions = points[0].length;
        double[][] sums = new double[cells][dimensions];
        int[] sizes = new int[cells];
        for (int i = 0; i < points.length; i++) {
            sizes[labels[i]]++;
            for (int j = 0; j < dimensions; j++) {
                sums[labels[i]][j] += points[i][j];
            }
        }
        List<Integer> order = new ArrayList<>();
        for (int cell = 0; cell < cells; cell++) {
            if (sizes[cell] > 0) {
                order.add(cell);
                for (int j = 0; j < dimensions; j++) {
                    sums[cell][j] /= sizes[cell];
                }
            }
        }
        order.sort(
                Comparator.<Integer>comparingInt(cell -> -sizes[cell])
                        .thenComparing(cell -> sums[cell], Arrays::compare));
        int[] rank = new int[cells];
        double[][] centroids = new double[order.size()][];
        for (int i = 0; i < order.size(); i++) {
            rank[order.get(i)] = i;
            centroids[i] = sums[order.get(i)];
        }
        int[] ranked = Arrays.stream(labels).map(label -> rank[label]).toArray();
        double distortion = 0;
        for (int i = 0; i < points.length; i++) {
            for (int j = 0; j < dimensions; j++) {
                double gap = points[i][j] - centroids[ranked[i]][j];
                distortion += gap * gap;
            }
        }
        return new Cells(centroids, ranked, distortion);
    }
}
