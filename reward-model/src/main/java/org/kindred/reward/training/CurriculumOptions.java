package org.kindred.reward.training;

import org.kindred.options.Meaning;

/**
 * Which pairs stage 3 learns on (P-GenRM, arXiv 2602.12116, 2.3: hard negatives, their share rising
 * step by step; the definition and the numbers are ours).
 *
 * <p>With pass rate c, the share of a pair's rollouts that rank it rightly, a pair is hard if
 * {@code 0 < c <= hardAtMost}, very hard if c = 0, easy otherwise. The hard share of a batch at
 * step t of T is {@code from + (to - from) min(1, t / (ramp T))}.
 */
public record CurriculumOptions(
        @Meaning("false draws pairs evenly, as the control") boolean enabled,
        @Meaning("hard share at the start") double from,
        @Meaning("hard share at the end") double to,
        @Meaning("share of the steps after which the end is reached") double ramp,
        @Meaning("largest pass rate of a hard pair") double hardAtMost,
        @Meaning("largest share of very hard pairs among the hard ones: most are noise")
                double veryHardShare,
        @Meaning("how often pass rates are measured, from the start on") int refreshes,
        @Meaning("chains a pair and measurement, half of them in each order") int rollouts,
        @Meaning("most pairs that are measured and learned on, drawn by seed; 0 for all")
                int pairs) {
    public CurriculumOptions {
        share("from", from);
        share("to", to);
        share("ramp", ramp);
        share("hard_at_most", hardAtMost);
        share("very_hard_share", veryHardShare);
        if (to < from) {
            throw new IllegalArgumentException(
                    "to = " + to + ": must be at least from = " + from + ", since the share rises");
        }
        if (refreshes < 1 || rollouts < 2 || rollouts % 2 != 0 || pairs < 0) {
            throw new IllegalArgumentException(
                    "refreshes = "
                            + refreshes
                            + ", rollouts = "
                            + rollouts
                            + ", pairs = "
                            + pairs
                            + ": must be at least 1, even and at least 2, and 0 or more");
        }
    }

    private static void share(String key, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(key + " = " + value + ": must lie in [0, 1]");
        }
    }

    /** From 20 to 80 per cent over the first 80 per cent of the steps, measured four times. */
    public static CurriculumOptions defaults() {
        return new CurriculumOptions(true, 0.2, 0.8, 0.8, 0.5, 0.25, 4, 8, 0);
    }

    /** Evenly drawn pairs instead. */
    public CurriculumOptions disabled() {
        return new CurriculumOptions(
                false, from, to, ramp, hardAtMost, veryHardShare, refreshes, rollouts, pairs);
    }

    /** Share of hard pairs, very hard ones included, at a step from 0. */
    double hardShare(long step, long steps) {
        double reach = ramp * steps;
        return from + (to - from) * (reach == 0 ? 1 : Math.min(1, step / reach));
    }
}
