package org.kindred.reward.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.cluster.Clusterer.Cells;

final class KMeansClustererTest {

    @Test
    void cluster_fourPoints_givesTheTwoMeans() {
        double[][] points = {{1, 0}, {.8, .6}, {0, 1}, {-.6, .8}}; // p-genrm vectors, "Cells"

        Cells cells = KMeansClusterer.defaults().cluster(points, 2, SeedTree.root(1));

        assertThat(cells.labels()[0]).isEqualTo(cells.labels()[1]);
        assertThat(cells.labels()[2]).isEqualTo(cells.labels()[3]);
        double[] first = cells.centroids()[cells.labels()[0]];
        double[] second = cells.centroids()[cells.labels()[2]];
        assertThat(first).containsExactly(new double[] {.9, .3}, within(1e-12));
        assertThat(second).containsExactly(new double[] {-.3, .9}, within(1e-12));
    }

    @Test
    void cluster_sameSeed_givesTheSameCells() {
        double[][] points = cloud(200);

        Cells once = new KMeansClusterer(5).cluster(points, 6, SeedTree.root(3));
        Cells again = new KMeansClusterer(5).cluster(points, 6, SeedTree.root(3));

        assertThat(again.labels()).containsExactly(once.labels());
        assertThat(again.centroids()).isDeepEqualTo(once.centroids());
    }

    @Test
    void cluster_anyPoints_numbersLargerCellsFirst() {
        Cells cells = new KMeansClusterer(5).cluster(cloud(100), 5, SeedTree.root(4));

        int[] sizes = cells.sizes();
        for (int g = 1; g < sizes.length; g++) {
            assertThat(sizes[g]).isLessThanOrEqualTo(sizes[g - 1]);
        }
    }

    @Test
    void cluster_fewerDifferentPointsThanCells_givesOneCellForEach() {
        double[][] points = {{1}, {1}, {2}, {1}};

        Cells cells = KMeansClusterer.defaults().cluster(points, 3, SeedTree.root(1));

        assertThat(cells.centroids()).isDeepEqualTo(new double[][] {{1}, {2}});
        assertThat(cells.labels()).containsExactly(0, 0, 1, 0);
        assertThat(cells.distortion()).isZero();
    }

    private static double[][] cloud(int size) {
        SplittableRandom random = SeedTree.root(7).random();
        double[][] points = new double[size][3];
        for (double[] point : points) {
            for (int j = 0; j < point.length; j++) {
                point[j] = random.nextGaussian() + 3 * random.nextInt(3);
            }
        }
        return points;
    }
}
