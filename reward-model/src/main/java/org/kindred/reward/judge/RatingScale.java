package org.kindred.reward.judge;

/**
 * Turns a utility into a total from 1 to 10: {@code 1 + 9 sigma(offset + gain * utility)}. Strictly
 * increasing, so that no rounding hides a difference, and bounded, so that no text runs away.
 *
 * @param offset logit of a middling text's place on the scale
 * @param gain positive; logits a unit of utility
 */
public record RatingScale(double offset, double gain) {

    static final double LOW = 1;
    static final double HIGH = 10;

    public RatingScale {
        if (!Double.isFinite(offset) || !(gain > 0) || Double.isInfinite(gain)) {
            throw new IllegalArgumentException(
                    "offset = "
                            + offset
                            + ", gain = "
                            + gain
                            + ": both must be finite, gain positive");
        }
    }

    public double total(double utility) {
        return LOW + (HIGH - LOW) * Vectors.sigmoid(offset + gain * utility);
    }
}
