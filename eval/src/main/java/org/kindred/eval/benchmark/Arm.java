package org.kindred.eval.benchmark;

import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Task;
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

    /** Scores of both answers of a pair for one user. */
    interface UserScorer {

        /** {@code {chosen, rejected}}; NaN where the arm has no score for that answer. */
        double[] score(Preference target);

        /**
         * Scores of both orders of showing a pair, {@code {{chosen, rejected} with the chosen
         * answer first, {chosen, rejected} with it second}}; null for arms that read answers one by
         * one. {@link #score} is then their mean and is not asked.
         */
        default double @Nullable [][] orders(Preference target) {
            return null;
        }

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
