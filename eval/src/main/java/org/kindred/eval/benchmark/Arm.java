package org.kindred.eval.benchmark;

import org.kindred.datasets.Preference;
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

    /** Scores of both answers of a pair for one user. */
    interface UserScorer {

        /** {@code {chosen, rejected}}; NaN where the arm has no score for that answer. */
        double[] score(Preference target);
    }
}
