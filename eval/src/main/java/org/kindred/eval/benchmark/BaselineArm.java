package org.kindred.eval.benchmark;

import org.kindred.reward.UserContext;
import org.kindred.reward.baseline.Baseline;

/** A competitor as an arm. */
public record BaselineArm(Baseline baseline) implements Arm {

    @Override
    public String name() {
        return baseline.name();
    }

    @Override
    public boolean usesHistory() {
        return baseline.usesHistory();
    }

    @Override
    public UserScorer forUser(UserContext context) {
        Baseline.Scorer scorer = baseline.forUser(context);
        return target ->
                new double[] {
                    scorer.score(target.promptText(), target.chosenText()),
                    scorer.score(target.promptText(), target.rejectedText())
                };
    }
}
