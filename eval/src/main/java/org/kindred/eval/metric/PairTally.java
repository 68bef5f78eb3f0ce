package org.kindred.eval.metric;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/**
 * Outcomes of pairs, and the ways in which the literature makes an accuracy of them. They can
 * differ by seven points, so they are always given together, with coverage.
 *
 * @param pairs all pairs, scored or not
 */
public record PairTally(int pairs, int right, int ties, int unscored) {

    public PairTally {
        if (right < 0 || ties < 0 || unscored < 0 || right + ties + unscored > pairs) {
            throw new IllegalArgumentException(
                    "right "
                            + right
                            + ", ties "
                            + ties
                            + ", unscored "
                            + unscored
                            + " of "
                            + pairs
                            + " pairs: must not be negative, nor more than all");
        }
    }

    public static PairTally of(Collection<PairOutcome> outcomes) {
        Map<PairOutcome, Integer> counts = new EnumMap<>(PairOutcome.class);
        for (PairOutcome outcome : outcomes) {
            counts.merge(outcome, 1, Integer::sum);
        }
        return new PairTally(
                outcomes.size(),
                counts.getOrDefault(PairOutcome.RIGHT, 0),
                counts.getOrDefault(PairOutcome.TIE, 0),
                counts.getOrDefault(PairOutcome.UNSCORED, 0));
    }

    /** A tie or a missing score is wrong. */
    @JsonProperty
    public double strict() {
        return right / (double) pairs;
    }

    /** A tie counts one half, a missing score is wrong. */
    @JsonProperty
    public double halfTie() {
        return (right + ties / 2.0) / pairs;
    }

    /** Ties and missing scores leave the denominator; NaN if nothing was decided. */
    @JsonProperty
    public double decidedOnly() {
        return right / (double) (pairs - ties - unscored);
    }

    /** Share of pairs with two scores. */
    @JsonProperty
    public double coverage() {
        return (pairs - unscored) / (double) pairs;
    }

    /** Share of pairs with equal scores. */
    @JsonProperty
    public double tieShare() {
        return ties / (double) pairs;
    }
}
