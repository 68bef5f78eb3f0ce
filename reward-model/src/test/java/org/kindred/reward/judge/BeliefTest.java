package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;

final class BeliefTest {
    private static final int DRAWS = 20_000;

    /** Two clouds, 0.8 and 0.2, of different place and shape. */
    private static final Belief MIXTURE =
            Belief.merged(
                    new Belief[] {
                        Belief.normal(
                                new double[] {1, -1}, new double[][] {{0.5, 0.2}, {0.2, 0.3}}),
                        Belief.normal(new double[] {-3, 2}, new double[][] {{0.1, 0}, {0, 0.4}})
                    },
                    new double[] {0.8, 0.2});

    @Test
    void draw_mixtureOfNormals_hasItsMeanAndCovariance() {
        assertMoments(MIXTURE, 1, MIXTURE.mean(), MIXTURE.covariance());
    }

    @Test
    void draw_points_hasTheirMeanAndCovariance() {
        Belief points =
                Belief.among(new double[][] {{1, 0}, {0, 2}, {-1, 0}}, new double[] {.5, .3, .2});
        assertMoments(points, 1, points.mean(), points.covariance());
    }

    @Test
    void draw_normal_hasItsMeanAndCovariance() {
        Belief normal =
                Belief.normal(new double[] {1, -1}, new double[][] {{0.5, 0.2}, {0.2, 0.3}});
        assertMoments(normal, 1, normal.mean(), normal.covariance());
        assertMoments(normal, 4, normal.mean(), new double[][] {{2, 0.8}, {0.8, 1.2}});
    }

    @Test
    void draw_temperature_isAPowerOfSharesAndAFactorOfVariances() {
        // 0.8^2 : 0.2^2 = 16 : 1, and half of each variance
        Belief colder =
                Belief.merged(
                        new Belief[] {
                            Belief.normal(
                                    new double[] {1, -1},
                                    new double[][] {{0.25, 0.1}, {0.1, 0.15}}),
                            Belief.normal(
                                    new double[] {-3, 2}, new double[][] {{0.05, 0}, {0, 0.2}})
                        },
                        new double[] {16.0 / 17, 1.0 / 17});
        assertMoments(MIXTURE, 0.5, colder.mean(), colder.covariance());
    }

    @Test
    void draw_temperature0_isTheMeanOfTheLikeliestPart() {
        assertThat(MIXTURE.draw(0, SeedTree.root(1).random())).containsExactly(1, -1);
    }

    private static void assertMoments(
            Belief belief, double temperature, double[] mean, double[][] covariance) {
        int axes = mean.length;
        double[] sum = new double[axes];
        double[][] products = new double[axes][axes];
        for (int draw = 0; draw < DRAWS; draw++) {
            double[] z = belief.draw(temperature, SeedTree.root(5).child(draw).random());
            for (int i = 0; i < axes; i++) {
                sum[i] += z[i] / DRAWS;
                for (int j = 0; j < axes; j++) {
                    products[i][j] += (z[i] - mean[i]) * (z[j] - mean[j]) / DRAWS;
                }
            }
        }
        for (int i = 0; i < axes; i++) {
            double error = Math.sqrt(covariance[i][i] / DRAWS);
            assertThat(sum[i]).isEqualTo(mean[i], within(4 * error));
            for (int j = 0; j < axes; j++) {
                double spread = Math.sqrt(covariance[i][i] * covariance[j][j]);
                assertThat(products[i][j]).isEqualTo(covariance[i][j], within(0.05 * spread));
            }
        }
    }
}
