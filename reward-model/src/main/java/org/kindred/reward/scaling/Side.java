package org.kindred.reward.scaling;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.RubricScores;

/** Samples of one side so far: the user's own, or those of neighbours. */
final class Side {
    private final List<List<@Nullable Double>> totals = new ArrayList<>();
    private int asked;
    private long tokens;
    private final Map<String, Integer> failures = new LinkedHashMap<>();

    /** What some rubrics gave one response; tokens are left to the caller. */
    static Side under(List<RubricScores> samples, int response, RewardUnit unit) {
        Side side = new Side();
        for (RubricScores sample : samples) {
            side.asked++;
            ScoreOutcome outcome = unit.of(sample.outcomes().get(response), sample.scale());
            if (outcome instanceof ScoreOutcome.Failed failed) {
                side.failed(failed.reason());
            } else {
                side.totals.add(
                        Collections.singletonList(
                                outcome instanceof ScoreOutcome.Scored scored
                                        ? scored.value()
                                        : null));
            }
        }
        return side;
    }

    void add(ChainOutcome outcome) {
        asked++;
        tokens += outcome.tokens();
        if (outcome instanceof ChainOutcome.Written written) {
            totals.add(written.chain().scores());
        } else if (outcome instanceof ChainOutcome.Failed failed) {
            failed(failed.reason());
        }
    }

    /** Counts something that kept a sample from being there. */
    void failed(String why) {
        failures.merge(why, 1, Integer::sum);
    }

    /** Totals of each sample, {@code [sample][response]}, null where the judge declined. */
    List<List<@Nullable Double>> totals() {
        return totals;
    }

    /** Samples asked for, failed ones included. */
    int asked() {
        return asked;
    }

    long tokens() {
        return tokens;
    }

    /** Why samples failed, with how many, the first reason first; empty if none did. */
    Map<String, Integer> failures() {
        return failures;
    }
}
