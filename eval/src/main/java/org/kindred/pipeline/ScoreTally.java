package org.kindred.pipeline;

import java.util.Map;
import java.util.TreeMap;
import org.kindred.reward.scaling.ScaledScores;

/** Counts scored pairs whose first response is the chosen one. */
final class ScoreTally {
    private static final double TIE = 1e-9;

    int pairs;
    private int right;
    private int ties;
    private int unscored;
    private int neighboursShort;
    private long asked;
    private long tokens;
    private final Map<String, Integer> sources = new TreeMap<>();
    private final Map<String, Integer> failures = new TreeMap<>();

    void add(ScaledScores scores) {
        double margin = scores.margin();
        pairs++;
        unscored += Double.isNaN(margin) ? 1 : 0;
        ties += Math.abs(margin) < TIE ? 1 : 0;
        right += margin >= TIE ? 1 : 0;
        neighboursShort += scores.neighboursShort() ? 1 : 0;
        asked += scores.asked();
        tokens += scores.tokens();
        sources.merge(scores.source().name(), 1, Integer::sum);
        scores.failures().forEach((reason, n) -> failures.merge(reason, n, Integer::sum));
    }

    RewardScoring.Scored scored() {
        return new RewardScoring.Scored(
                pairs, right, ties, unscored, asked, tokens, sources, neighboursShort, failures);
    }
}
