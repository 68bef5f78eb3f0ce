package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class CholeskyTest {
    private static final double[][] MATRIX = {{4, 2, 0}, {2, 5, 2}, {0, 2, 3}};

    @Test
    void solve_knownProduct_givesTheVectorBack() {
        double[] b = {8, 18, 13}; // MATRIX times (1, 2, 3)

        assertThat(Cholesky.of(MATRIX).solve(b))
                .containsExactly(new double[] {1, 2, 3}, within(1e-12));
    }

    @Test
    void inverse_timesMatrix_isTheIdentity() {
        double[][] inverse = Cholesky.of(MATRIX).inverse();

        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double product = 0;
                for (int k = 0; k < 3; k++) {
                    product += inverse[i][k] * MATRIX[k][j];
                }
                assertThat(product).isEqualTo(i == j ? 1 : 0, within(1e-12));
            }
        }
    }

    @Test
    void times_factors_giveTheMatrixBack() {
        Cholesky factor = Cholesky.of(MATRIX);

        assertThat(factor.times(factor.transposedTimes(new double[] {0, 1, 0})))
                .containsExactly(new double[] {2, 5, 2}, within(1e-12));
    }

    @Test
    void of_indefiniteMatrix_isRefused() {
        assertThatThrownBy(() -> Cholesky.of(new double[][] {{1, 2}, {2, 1}}))
                .hasMessageContaining("not positive definite at row 1");
    }
}
