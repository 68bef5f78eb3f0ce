package org.kindred.eval.benchmark;

import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Task;
import org.kindred.eval.metric.PairOutcome;
import org.kindred.reward.UserContext;

/** A way to predict choices that takes part in a benchmark. */
public interface Arm {

    /** Name in tables and files. */
    String name();

    /**
     * False if the answer is the same whatever the user's past; such an arm is run at K = 0 only.
     */
    boolean usesHistory();

    /** A scorer for one user, given the K pairs of his context. */
    UserScorer forUser(UserContext context);

    /** Targets that may be scored at once; scorers of an arm with more than one are thread-safe. */
    default int threads() {
        return 1;
    }

    /** Tokens spent so far, as an endpoint counts them; 0 for arms without one. */
    default long tokens() {
        return 0;
    }

    /**
     * What was said of a pair whose chosen answer is known.
     *
     * @param orders of both orders of showing it, or null
     * @param failure why there is no outcome, a code without user text; null where there is one,
     *     and for arms that know nothing of a pair
     */
    record Reading(PairOutcome outcome, TwoOrders.@Nullable Pair orders, @Nullable String failure) {

        /** Scores of both answers, each read alone; NaN where the arm has none. */
        static Reading of(double chosen, double rejected) {
            return new Reading(PairOutcome.of(chosen, rejected), null, null);
        }

        /**
         * The mean of two orders of showing a pair, each {@code {chosen, rejected}}, the chosen
         * answer shown first in the first; missing where one of the four scores is.
         */
        static Reading of(double[][] orders, @Nullable String failure) {
            return new Reading(
                    PairOutcome.of(
                            (orders[0][0] + orders[1][0]) / 2, (orders[0][1] + orders[1][1]) / 2),
                    new TwoOrders.Pair(
                            PairOutcome.of(orders[0][0], orders[0][1]),
                            PairOutcome.of(orders[1][0], orders[1][1])),
                    failure);
        }
    }

    /** What an arm says for one user. */
    interface UserScorer {

        /**
         * What is said of both answers of a pair, and why there is no score where there is none.
         */
        Reading read(Preference target);

        /**
         * Score of one candidate of a list, read alone; NaN for arms that cannot.
         *
         * @param prompt text of the task
         */
        default double alone(String prompt, Task.Candidate candidate) {
            return Double.NaN;
        }
    }
}
