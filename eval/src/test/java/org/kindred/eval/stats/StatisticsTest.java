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
    void quantile_interpolatesLikeNumpy() {
        assertThat(Bootstrap.quantile(new double[] {1, 2, 3, 4}, 0.25)).isEqualTo(1.75);
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

    @Test
    void bootstrap_coversTheTruth_nearlyAsOftenAsItSays() {
        // 60 users of 10 correlated values each, true mean 0; the percentile form covers slightly
        // less than 95 %
        SplittableRandom random = new SplittableRandom(11);
        int covered = 0;
        for (int repeat = 0; repeat < 400; repeat++) {
            Interval interval =
                    new Bootstrap(300, SeedTree.root(repeat)).mean(users(random, 60, 0));
            covered += interval.low() <= 0 && 0 <= interval.high() ? 1 : 0;
        }
        assertThat(covered / 400.0).isBetween(0.91, 0.97);
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
