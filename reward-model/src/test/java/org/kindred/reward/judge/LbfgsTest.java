package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class LbfgsTest {

    @Test
    void minimise_rosenbrock_findsTheValley() {
        double[] found =
                new Lbfgs(10, 500, 1e-8)
                        .minimise(
                                (x, g) -> {
                                    double a = x[1] - x[0] * x[0];
                                    double b = 1 - x[0];
                                    g[0] = -400 * x[0] * a - 2 * b;
                                    g[1] = 200 * a;
                                    return 100 * a * a + b * b;
                                },
                                new double[] {-1.2, 1});

        assertThat(found).containsExactly(new double[] {1, 1}, within(1e-6));
    }

    @Test
    void minimise_illConditionedQuadratic_findsTheMinimum() {
        double[] found =
                new Lbfgs(10, 1_000, 1e-8)
                        .minimise(
                                (x, g) -> {
                                    double value = 0;
                                    for (int i = 0; i < x.length; i++) {
                                        double scale = Math.pow(10, i % 5);
                                        value += scale * (x[i] - i) * (x[i] - i) / 2;
                                        g[i] = scale * (x[i] - i);
                                    }
                                    return value;
                                },
                                new double[20]);

        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isEqualTo(i, within(1e-5));
        }
    }

    @Test
    void minimise_startAtTheMinimum_staysThere() {
        double[] start = {3};

        assertThat(
                        Lbfgs.defaults()
                                .minimise(
                                        (x, g) -> {
                                            g[0] = x[0] - 3;
                                            return g[0] * g[0] / 2;
                                        },
                                        start))
                .containsExactly(3);
    }
}
