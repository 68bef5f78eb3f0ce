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
    private static final double LEAST = 1e-12; // keeps logits finite

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
        return total(utility, 1);
    }

    /**
     * The total of a text that may be no answer at all.
     *
     * @param plausibility 0 to 1; 0 is the low end of the scale, whatever the utility
     */
    double total(double utility, double plausibility) {
        return LOW + plausibility * (HIGH - LOW) * Vectors.sigmoid(offset + gain * utility);
    }

    /** The utility that a plausible text of the same total would have. */
    double utility(double utility, double plausibility) {
        if (plausibility == 1) {
            return utility;
        }
        double share = Math.max(LEAST, plausibility * Vectors.sigmoid(offset + gain * utility));
        return (Math.log(share / (1 - share)) - offset) / gain;
    }
}
