package org.kindred.reward.chain;

import java.util.ArrayList;
import java.util.List;

/**
 * Totals of a written chain. A model's own arithmetic is not trusted: with a full breakdown the
 * total is {@code T_i = sum_c w_c s_ic / sum_c w_c}.
 *
 * @param scores the totals to use
 * @param source where they come from
 * @param mismatch whether a recomputed total is more than 0.05 from the stated one
 * @param flip whether recomputing changes the order of two responses
 */
public record ChainTotals(List<Double> scores, Source source, boolean mismatch, boolean flip) {

    /** Where totals come from. */
    public enum Source {
        RECOMPUTED,
        /** As stated, since the breakdown is incomplete or its weights do not sum to 90-110. */
        STATED
    }

    private static final int FEWEST_CRITERIA = 2;
    private static final double LEAST_WEIGHT_SUM = 90;
    private static final double MOST_WEIGHT_SUM = 110;
    private static final double ROUNDING = 0.05;

    public ChainTotals {
        scores = List.copyOf(scores);
    }

    /**
     * Recomputes totals where the breakdown allows it.
     *
     * @param stated one total a response
     */
    public static ChainTotals of(List<ChainCriterion> criteria, List<Double> stated) {
        return of(criteria, stated, LEAST_WEIGHT_SUM, MOST_WEIGHT_SUM);
    }

    /** The same for rubrics whose weights need not sum to 100, such as checklists. */
    public static ChainTotals ofAnySum(List<ChainCriterion> criteria, List<Double> stated) {
        return of(criteria, stated, 0, Double.MAX_VALUE);
    }

    private static ChainTotals of(
            List<ChainCriterion> criteria, List<Double> stated, double least, double most) {
        int responses = stated.size();
        double weights = criteria.stream().mapToDouble(ChainCriterion::weight).sum();
        boolean full =
                criteria.size() >= FEWEST_CRITERIA
                        && weights >= least
                        && weights <= most
                        && criteria.stream().allMatch(c -> complete(c, responses));
        if (!full) {
            return new ChainTotals(stated, Source.STATED, false, false);
        }
        List<Double> totals = new ArrayList<>();
        boolean mismatch = false;
        boolean flip = false;
        for (int i = 0; i < responses; i++) {
            int response = i;
            double sum =
                    criteria.stream().mapToDouble(c -> c.weight() * c.scores().get(response)).sum();
            totals.add(sum / weights);
            mismatch |= Math.abs(totals.get(i) - stated.get(i)) > ROUNDING;
            for (int j = 0; j < i; j++) {
                double statedGap = stated.get(i) - stated.get(j);
                double gap = totals.get(i) - totals.get(j);
                flip |= statedGap * gap < 0;
            }
        }
        return new ChainTotals(totals, Source.RECOMPUTED, mismatch, flip);
    }

    private static boolean complete(ChainCriterion criterion, int responses) {
        return criterion.scores().size() == responses
                && criterion.scores().stream().allMatch(s -> s >= 1 && s <= 10);
    }
}
