package org.kindred.eval.metric;

/** What two scores say of a pair whose chosen answer is known. */
public enum PairOutcome {
    /** The chosen answer has the higher score. */
    RIGHT,
    /** The rejected answer has the higher score. */
    WRONG,
    /** Equal scores. */
    TIE,
    /** A score is missing or not finite. */
    UNSCORED;

    /** Scores closer than this are equal. */
    public static final double TIE_WIDTH = 1e-9;

    public static PairOutcome of(double chosen, double rejected) {
        if (!Double.isFinite(chosen) || !Double.isFinite(rejected)) {
            return UNSCORED;
        }
        double gap = chosen - rejected;
        return Math.abs(gap) < TIE_WIDTH ? TIE : gap > 0 ? RIGHT : WRONG;
    }

    /** 1 if right, else 0: the strict reading. */
    public double strict() {
        return this == RIGHT ? 1 : 0;
    }
}
