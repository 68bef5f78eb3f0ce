package org.kindred.reward.scaling;

import java.util.List;
import java.util.Map;
import org.kindred.policy.grpo.ScoreOutcome;

/**
 * Scores of responses, with who gave them.
 *
 * @param outcomes one a response
 * @param source which sides had at least one usable sample: never silent, to be counted
 * @param ownSamples usable own samples
 * @param neighbourSamples usable samples of neighbours
 * @param neighboursShort whether the user's cell held fewer neighbours than the plan asks for
 * @param ownAsked own samples asked for; fewer than planned where asking stopped early
 * @param neighboursAsked likewise samples of neighbours
 * @param tokens of the replies behind them, as the endpoint counted, cached or not
 * @param failures why samples gave nothing, with how many
 */
public record ScaledScores(
        List<ScoreOutcome> outcomes,
        Source source,
        int ownSamples,
        int neighbourSamples,
        boolean neighboursShort,
        int ownAsked,
        int neighboursAsked,
        long tokens,
        Map<String, Integer> failures) {

    /** Who was heard. */
    public enum Source {
        BOTH,
        OWN_ONLY,
        NEIGHBOUR_ONLY,
        NOBODY
    }

    public ScaledScores {
        outcomes = List.copyOf(outcomes);
        failures = Map.copyOf(failures);
    }

    /** Samples asked for, of both sides. */
    public int asked() {
        return ownAsked + neighboursAsked;
    }

    /** Score of the first response minus that of the second, NaN if either has none. */
    public double margin() {
        return outcomes.get(0) instanceof ScoreOutcome.Scored first
                        && outcomes.get(1) instanceof ScoreOutcome.Scored second
                ? first.value() - second.value()
                : Double.NaN;
    }
}
