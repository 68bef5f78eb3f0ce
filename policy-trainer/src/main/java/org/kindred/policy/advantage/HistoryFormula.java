package org.kindred.policy.advantage;

/** An advantage that reads its scale, and perhaps its baseline, from the group's history. */
sealed interface HistoryFormula permits PGrpo, ShrunkPGrpo {

    /** Below this a standard deviation counts as zero and rewards are only centred. */
    double LEAST_SCALE = 1e-8;

    /**
     * Advantages of one prompt.
     *
     * @param rewards at least two scored completions
     * @param group the history of the prompt's group
     */
    double[] advantages(double[] rewards, GroupState group);
}
