package org.kindred.reward.scaling;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many opinions are asked and how they are put together (P-GenRM, arXiv 2602.12116, Eq. 9).
 *
 * @param individual own samples, m
 * @param prototype neighbours, n; one sample each
 * @param ownWeight share of the own side where both sides speak, 0 to 1; 0.5 ranks as Eq. 9
 * @param aggregate how samples of a side become a score
 */
public record ScalingPlan(int individual, int prototype, double ownWeight, Aggregate aggregate) {

    /** How samples become a score. */
    public enum Aggregate {
        /** Mean of the own samples and mean of the neighbours', weighted: Eq. 9. */
        TWO_MEANS,
        /** One mean over all samples; the weight is not used. */
        POOLED,
        /** Mean sign of the gap to each other response, mapped from [-1, 1] to [1, 10]. */
        MARGIN_VOTE
    }

    private static final Pattern NAME =
            Pattern.compile("BASE|IND_(\\d{1,4})|PRO_(\\d{1,4})|IND_(\\d{1,4})_PRO_(\\d{1,4})");

    public ScalingPlan {
        if (individual < 0 || prototype < 0 || individual + prototype < 1) {
            throw new IllegalArgumentException(
                    "individual = "
                            + individual
                            + ", prototype = "
                            + prototype
                            + ": neither may be negative and one must be 1 or more");
        }
        if (!(ownWeight >= 0 && ownWeight <= 1)) {
            throw new IllegalArgumentException(
                    "ownWeight = " + ownWeight + ": must be 0 to 1, for example 0.5");
        }
    }

    /** One own sample. */
    public static ScalingPlan base() {
        return of(1, 0);
    }

    /** Eq. 9 with m own samples and n neighbours. */
    public static ScalingPlan of(int individual, int prototype) {
        return new ScalingPlan(individual, prototype, 0.5, Aggregate.TWO_MEANS);
    }

    /**
     * A preset by name: {@code BASE}, {@code IND_m}, {@code PRO_n}, {@code IND_m_PRO_n}.
     *
     * @throws IllegalArgumentException for another name
     */
    public static ScalingPlan parse(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "scaling = " + name + ": must be BASE, IND_m, PRO_n or IND_m_PRO_n");
        }
        if (name.equals("BASE")) {
            return base();
        }
        return of(
                number(matcher.group(1)) + number(matcher.group(3)),
                number(matcher.group(2)) + number(matcher.group(4)));
    }

    private static int number(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }
}
