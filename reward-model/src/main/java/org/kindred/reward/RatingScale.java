package org.kindred.reward;

/**
 * Turns a utility into a total from 1 to 10: {@code 1 + 9 sigma(offset + gain * utility)}, and
 * back. Strictly increasing, so that no rounding hides a difference, and bounded, so that no text
 * runs away.
 *
 * @param offset logit of a middling text's place on the scale
 * @param gain positive; logits a unit of utility
 */
public record RatingScale(double offset, double gain) {

    public static final double LOW = 1;
    public static final double HIGH = 10;

    /** Of totals whose utility is not known: the log-odds of the place on the scale. */
    public static final RatingScale PLAIN = new RatingScale(0, 1);

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
    public double total(double utility, double plausibility) {
        return LOW + plausibility * (HIGH - LOW) * share(utility);
    }

    /** The utility of a total; finite at both ends of the scale. */
    public double utility(double total) {
        return ofShare((total - LOW) / (HIGH - LOW));
    }

    /** The utility that a plausible text of the same total would have. */
    public double utility(double utility, double plausibility) {
        return plausibility == 1 ? utility : ofShare(plausibility * share(utility));
    }

    private double share(double utility) {
        double logit = offset + gain * utility;
        return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
    }

    private double ofShare(double share) {
        double inside = Math.max(LEAST, Math.min(1 - LEAST, share));
        return (Math.log(inside / (1 - inside)) - offset) / gain;
    }
}
