package org.kindred.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;

final class StatisticsTest {

    @Test
    void adjustedRandIndex_knownTable() {
        // scikit-learn's documented examples: 0.57 for the first, 1 for relabelled, 0 for one
        // cluster against singletons
        assertThat(RandIndex.adjusted(List.of(0, 0, 1, 2), List.of(0, 0, 1, 1)))
                .isCloseTo(0.5714285714, within(1e-9));
        assertThat(RandIndex.adjusted(List.of("a", "a", "b", "b"), List.of(1, 1, 0, 0)))
                .isEqualTo(1);
        assertThat(RandIndex.adjusted(List.of(0, 0, 0, 0), List.of(0, 1, 2, 3))).isEqualTo(0);
        assertThatThrownBy(() -> RandIndex.adjusted(List.of(1), List.of(1)))
                .hasMessageContaining("at least 2");
    }

    @Test
    void quantile_isTypeSixOfR() {
        // quantile(1:4, 0.25, type = 6) = 1.25
        assertThat(Bootstrap.quantile(new double[] {1, 2, 3, 4}, 0.25)).isEqualTo(1.25);
        assertThat(Bootstrap.quantile(new double[] {1, 2, 3, 4}, 1)).isEqualTo(4);
    }

    @Test
    void bootstrap_sameSeedSameInterval_otherSeedOther() {
        List<Bootstrap.Cluster> users = users(new SplittableRandom(1), 40, 0);
        Interval first = new Bootstrap(500, SeedTree.root(7)).mean(users);
        assertThat(new Bootstrap(500, SeedTree.root(7)).mean(users)).isEqualTo(first);
        assertThat(new Bootstrap(500, SeedTree.root(8)).mean(users)).isNotEqualTo(first);
    }

    @Test
    void bootstrap_oneUser_hasNoEnds() {
        Interval interval =
                new Bootstrap(100, SeedTree.root(1)).mean(List.of(new Bootstrap.Cluster(3, 4)));
        assertThat(interval.mean()).isEqualTo(0.75);
        assertThat(interval.low()).isNaN();
    }

    private static List<Bootstrap.Cluster> users(SplittableRandom random, int users, double mean) {
        List<Bootstrap.Cluster> clusters = new ArrayList<>();
        for (int u = 0; u < users; u++) {
            double taste = random.nextGaussian();
            List<Double> values = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                values.add(mean + taste + random.nextGaussian());
            }
            clusters.add(Bootstrap.Cluster.of(values));
        }
        return clusters;
    }
}
