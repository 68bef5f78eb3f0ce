package org.kindred.reward.judge;

/** Factor of a symmetric positive definite matrix, {@code A = L L'}. */
final class Cholesky {
    private final double[][] lower; // [i][j <= i]

    private Cholesky(double[][] lower) {
        this.lower = lower;
    }

    /**
     * @param matrix symmetric, only the lower triangle is read
     * @throws IllegalArgumentException if it is not positive definite
     */
    static Cholesky of(double[][] matrix) {
        int n = matrix.length;
        double[][] lower = new double[n][];
        for (int i = 0; i < n; i++) {
            lower[i] = new double[i + 1];
            for (int j = 0; j <= i; j++) {
                double rest = matrix[i][j] - Vectors.dot(lower[i], lower[j], j);
                if (i != j) {
                    lower[i][j] = rest / lower[j][j];
                } else if (rest > 0) {
                    lower[i][i] = Math.sqrt(rest);
                } else {
                    throw new IllegalArgumentException(
                            "matrix is not positive definite at row " + i + ", pivot " + rest);
                }
            }
        }
        return new Cholesky(lower);
    }

    /** Solves {@code L y = b}. */
    double[] forward(double[] b) {
        double[] y = b.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] = (y[i] - Vectors.dot(lower[i], y, i)) / lower[i][i];
        }
        return y;
    }

    /** Solves {@code L' x = b}. */
    double[] backward(double[] b) {
        double[] x = b.clone();
        for (int i = x.length - 1; i >= 0; i--) {
            x[i] /= lower[i][i];
            for (int j = 0; j < i; j++) {
                x[j] -= lower[i][j] * x[i];
            }
        }
        return x;
    }

    /** Solves {@code A x = b}. */
    double[] solve(double[] b) {
        return backward(forward(b));
    }

    /** {@code L v}. */
    double[] times(double[] v) {
        double[] product = new double[v.length];
        for (int i = 0; i < v.length; i++) {
            product[i] = Vectors.dot(lower[i], v, i + 1);
        }
        return product;
    }

    /** {@code L' v}. */
    double[] transposedTimes(double[] v) {
        double[] product = new double[v.length];
        for (int i = 0; i < v.length; i++) {
            for (int j = 0; j <= i; j++) {
                product[j] += lower[i][j] * v[i];
            }
        }
        return product;
    }

    /** {@code ln det A}. */
    double logDeterminant() {
        double sum = 0;
        for (int i = 0; i < lower.length; i++) {
            sum += 2 * Math.log(lower[i][i]);
        }
        return sum;
    }

    /** {@code A^-1}. */
    double[][] inverse() {
        double[][] inverse = new double[lower.length][lower.length];
        addInverse(inverse);
        return inverse;
    }

    /** {@code target += A^-1}, which is {@code sum_k r_k r_k'} over the rows r of {@code L^-1}. */
    void addInverse(double[][] target) {
        int n = lower.length;
        double[][] rows = new double[n][];
        for (int k = 0; k < n; k++) {
            rows[k] = new double[k + 1];
            rows[k][k] = 1 / lower[k][k];
            for (int i = 0; i < k; i++) {
                double sum = 0;
                for (int j = i; j < k; j++) {
                    sum += lower[k][j] * rows[j][i];
                }
                rows[k][i] = -sum / lower[k][k];
            }
            for (int i = 0; i <= k; i++) {
                for (int j = 0; j <= i; j++) {
                    double product = rows[k][i] * rows[k][j];
                    target[i][j] += product;
                    if (i != j) {
                        target[j][i] += product;
                    }
                }
            }
        }
    }
}
