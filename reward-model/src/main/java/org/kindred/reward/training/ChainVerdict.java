package org.kindred.reward.training;

import org.jspecify.annotations.Nullable;
import org.kindred.reward.chain.ChainTotals;
import org.kindred.reward.chain.EvaluationChain;

/**
 * What a chain says about a pair.
 *
 * @param id of the pair
 * @param userId whose choice it was
 * @param chosenScore total of the chosen response; NaN if the chain could not be read
 * @param rejectedScore total of the other one; NaN likewise
 * @param agrees whether the chain has a full breakdown and states the totals that follow from it
 */
public record ChainVerdict(
        String id, String userId, double chosenScore, double rejectedScore, boolean agrees) {
    private static final double TIE = 1e-9;

    /** The verdict of a chain, or of one that could not be read. */
    static ChainVerdict of(AskedPair asked, @Nullable EvaluationChain chain) {
        String user = asked.pair().user().userId();
        if (chain == null) {
            return new ChainVerdict(asked.pair().id(), user, Double.NaN, Double.NaN, false);
        }
        double first = score(chain, 0);
        double second = score(chain, 1);
        ChainTotals totals =
                ChainTotals.of(
                        chain.criteria(),
                        chain.statedScores().stream()
                                .map(s -> s == null ? Double.NaN : s)
                                .toList());
        return new ChainVerdict(
                asked.pair().id(),
                user,
                asked.chosenFirst() ? first : second,
                asked.chosenFirst() ? second : first,
                totals.source() == ChainTotals.Source.RECOMPUTED && !totals.mismatch());
    }

    private static double score(EvaluationChain chain, int response) {
        Double score = chain.scores().get(response);
        return score == null ? Double.NaN : score;
    }

    /** The mean of two verdicts on one pair, one for each order; unread if either is. */
    public ChainVerdict mean(ChainVerdict other) {
        return new ChainVerdict(
                id,
                userId,
                (chosenScore + other.chosenScore) / 2,
                (rejectedScore + other.rejectedScore) / 2,
                agrees && other.agrees);
    }

    public boolean isRead() {
        return !Double.isNaN(chosenScore + rejectedScore);
    }

    /** 1 if the chosen response has the higher total, 1/2 for a tie, 0 otherwise or if unread. */
    public double right() {
        double gap = chosenScore - rejectedScore;
        return !isRead() || gap < -TIE ? 0 : gap > TIE ? 1 : 0.5;
    }
}
