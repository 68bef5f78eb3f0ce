package org.kindred.policy.advantage;

/**
 * Count, mean and sum of squared deviations of numbers seen one by one (Welford) or in parts
 * (Chan).
 *
 * <pre>
 * plus   n += 1; d = x - mean; mean += d / n; M2 += d * (x - mean)
 * merge  d = mB - mA; n = nA + nB; mean = mA + d * nB / n; M2 = M2A + M2B + d * d * nA * nB / n
 * </pre>
 *
 * The mean is kept as a sum of two doubles, so that values around 1e8 that differ by 1 still give a
 * variance to about 1e-12.
 *
 * @param count how many; fractional once a history forgets
 * @param mean the mean, rounded
 * @param meanTail what the rounding of {@code mean} lost
 * @param squares sum of squared deviations from the mean
 */
public record Moments(double count, double mean, double meanTail, double squares) {

    /** Nothing seen. */
    public static final Moments EMPTY = new Moments(0, 0, 0, 0);

    public Moments {
        if (!(count >= 0)
                || !(squares >= 0)
                || !Double.isFinite(count + mean + meanTail + squares)) {
            throw new IllegalArgumentException(
                    "count = "
                            + count
                            + ", mean = "
                            + mean
                            + ", squares = "
                            + squares
                            + ": must be finite, count and squares at least 0");
        }
    }

    /** The moments of the given numbers, added in order. */
    public static Moments of(double... values) {
        Moments moments = EMPTY;
        for (double value : values) {
            moments = moments.plus(value);
        }
        return moments;
    }

    /** With one more number. */
    public Moments plus(double value) {
        double total = count + 1;
        double deviation = minus(value, 0);
        Moments moved = movedBy(deviation / total, total, squares);
        double added = deviation * moved.minus(value, 0);
        return new Moments(total, moved.mean, moved.meanTail, squares + Math.max(0, added));
    }

    /** Of both sets together; associative and commutative up to rounding. */
    public Moments merge(Moments other) {
        if (other.count == 0) {
            return this;
        }
        if (count == 0) {
            return other;
        }
        double total = count + other.count;
        double deviation = minus(other.mean, other.meanTail);
        double between = deviation * deviation * count * other.count / total;
        return movedBy(deviation * other.count / total, total, squares + other.squares + between);
    }

    /** Every value with {@code factor} of its weight; the mean stays. 1 changes nothing. */
    public Moments times(double factor) {
        return new Moments(count * factor, mean, meanTail, squares * factor);
    }

    /** Variance; NaN if there are too few numbers for the divisor. */
    public double variance(Divisor divisor) {
        return divisor.variance(squares, count);
    }

    /** Square root of {@link #variance}. */
    public double std(Divisor divisor) {
        return Math.sqrt(variance(divisor));
    }

    /** {@code value + tail - mean}. */
    private double minus(double value, double tail) {
        return (value - mean) + (tail - meanTail);
    }

    private Moments movedBy(double shift, double newCount, double newSquares) {
        double change = shift + meanTail;
        double sum = mean + change; // two-sum: sum + lost equals mean + change exactly
        double virtual = sum - mean;
        double lost = (mean - (sum - virtual)) + (change - virtual);
        return new Moments(newCount, sum, lost, newSquares);
    }
}
