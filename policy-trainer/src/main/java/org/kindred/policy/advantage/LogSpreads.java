package org.kindred.policy.advantage;

/**
 * Logarithms of the reward variances of a group's prompts, for the James-Stein scale.
 *
 * <pre>
 * v = log(sum (r_i - m)^2 / (G - 1));  c = digamma((G - 1) / 2) - log((G - 1) / 2);  x = trigamma((G - 1) / 2)
 * psi2 = max(0, Var(v - c) - mean(x));  k = psi2 / (psi2 + x);  log scale^2 = k (v - c) + (1 - k) mean(v - c)
 * </pre>
 *
 * c and x are mean and variance of the logarithm of a chi-square variate over its degrees of
 * freedom: what v differs by if all prompts have one spread. A prompt whose rewards are all equal
 * has no logarithm and is left out; it gets the group's typical scale.
 *
 * @param moments of v - c
 * @param noise sum of x
 */
public record LogSpreads(Moments moments, double noise) {

    /** No prompt seen. */
    public static final LogSpreads EMPTY = new LogSpreads(Moments.EMPTY, 0);

    LogSpreads plus(double squares, int size) {
        if (!(squares > 0)) {
            return this;
        }
        double half = (size - 1) / 2.0;
        return new LogSpreads(moments.plus(unbiased(squares, half)), noise + trigamma(half));
    }

    LogSpreads merge(LogSpreads other) {
        return new LogSpreads(moments.merge(other.moments), noise + other.noise);
    }

    LogSpreads times(double factor) {
        return new LogSpreads(moments.times(factor), noise * factor);
    }

    /**
     * Variance of a prompt's rewards, shrunk towards the group's.
     *
     * @param squares sum of squared deviations of the prompt's rewards
     * @param size how many they are
     * @param otherwise where no prompt of the group has shown any spread yet
     */
    double variance(double squares, int size, double otherwise) {
        if (moments.count() == 0) {
            return otherwise;
        }
        double half = (size - 1) / 2.0;
        double own = squares > 0 && moments.count() > 1 ? ownWeight(trigamma(half)) : 0;
        double logarithm = own > 0 ? own * unbiased(squares, half) : 0;
        return Math.exp(logarithm + (1 - own) * moments.mean());
    }

    private double ownWeight(double chance) {
        double between = moments.squares() / (moments.count() - 1) - noise / moments.count();
        return between > 0 ? between / (between + chance) : 0;
    }

    private static double unbiased(double squares, double half) {
        return Math.log(squares / (2 * half)) - digamma(half) + Math.log(half);
    }

    /** Recurrence up to 10, then the asymptotic series; absolute error below 1e-12. */
    static double digamma(double x) {
        double shift = 0;
        double z = x;
        while (z < 10) {
            shift -= 1 / z;
            z++;
        }
        double t = 1 / (z * z);
        double series =
                t * (1 / 12.0 - t * (1 / 120.0 - t * (1 / 252.0 - t * (1 / 240.0 - t / 132))));
        return shift + Math.log(z) - 1 / (2 * z) - series;
    }

    /** Likewise for the derivative of {@link #digamma}. */
    static double trigamma(double x) {
        double shift = 0;
        double z = x;
        while (z < 10) {
            shift += 1 / (z * z);
            z++;
        }
        double t = 1 / (z * z);
        double series =
                t / z * (1 / 6.0 - t * (1 / 30.0 - t * (1 / 42.0 - t * (1 / 30.0 - t * 5 / 66))));
        return shift + 1 / z + t / 2 + series;
    }
}
