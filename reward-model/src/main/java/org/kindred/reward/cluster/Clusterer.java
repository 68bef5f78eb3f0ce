package org.kindred.reward.cluster;

import org.kindred.datasets.SeedTree;

/** Splits points into groups of near ones. */
@SuppressWarnings("ArrayRecordComponent") // vectors and matrices; never compared as a whole
public interface Clusterer {

    /**
     * Finds cells of near points.
     *
     * @param points one row a point, all of one length
     * @param k wanted number of cells; fewer come back where there are fewer different points
     * @param seeds same seeds, same cells
     */
    Cells cluster(double[][] points, int k, SeedTree seeds);

    /**
     * Cells in canonical order: larger first, equal ones by centroid.
     *
     * @param centroids mean of each cell, {@code [cell][dimension]}
     * @param labels cell of each point
     * @param distortion sum of squared distances of points to their centroid
     */
    record Cells(double[][] centroids, int[] labels, double distortion) {

        /** Number of points in each cell. */
        public int[] sizes() {
            int[] sizes = new int[centroids.length];
            for (int label : labels) {
                sizes[label]++;
            }
            return sizes;
        }
    }
}
