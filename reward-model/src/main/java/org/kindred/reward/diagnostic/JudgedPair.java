package org.kindred.reward.diagnostic;

import org.jspecify.annotations.Nullable;
import org.kindred.reward.chain.EvaluationChain;

/**
 * A pair whose right answer is known, as a judge saw it. Margins are score of the chosen response
 * minus score of the other one, NaN where one is missing.
 *
 * @param userId of the person who chose
 * @param group for accuracies by group, for example the prototype
 * @param chosenLength characters
 * @param rejectedLength characters
 * @param given margin with the chosen response shown first
 * @param turned margin with the chosen response shown second
 * @param flipped margin after the labels of the whole history were exchanged; NaN if not asked
 * @param alone margin of responses scored one by one; NaN if not asked
 * @param chain of the order as given; null if there is none
 * @param failure why a margin of the two orders is missing; null where none is
 */
public record JudgedPair(
        String userId,
        String group,
        int chosenLength,
        int rejectedLength,
        double given,
        double turned,
        double flipped,
        double alone,
        @Nullable EvaluationChain chain,
        @Nullable String failure) {

    /** A pair that was judged in both orders. */
    public JudgedPair(
            String userId,
            String group,
            int chosenLength,
            int rejectedLength,
            double given,
            double turned,
            double flipped,
            double alone,
            @Nullable EvaluationChain chain) {
        this(
                userId,
                group,
                chosenLength,
                rejectedLength,
                given,
                turned,
                flipped,
                alone,
                chain,
                null);
    }

    /** Mean of both orders; NaN if one is missing. */
    double margin() {
        return (given + turned) / 2;
    }

    /** Redacted: belongs to a person. */
    @Override
    public String toString() {
        return "JudgedPair[" + given + ", " + turned + "]";
    }
}
