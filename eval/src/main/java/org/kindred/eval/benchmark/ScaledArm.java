package org.kindred.eval.benchmark;

import java.util.List;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.ChainRequest;
import org.kindred.reward.scaling.PGenRm;
import org.kindred.reward.scaling.ScaledScores;

/** Evaluation chains with test-time scaling as an arm that counts what it asks for. */
final class ScaledArm implements Arm {
    private final String name;
    private final PGenRm model;
    private long pairs;
    private long asked;
    private long tokens;

    ScaledArm(String name, PGenRm model) {
        this.name = name;
        this.model = model;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean usesHistory() {
        return true;
    }

    @Override
    public UserScorer forUser(UserContext context) {
        return target -> {
            ScaledScores scores =
                    model.scale(
                            new ChainRequest(
                                    context,
                                    target.promptText(),
                                    List.of(target.chosenText(), target.rejectedText())));
            pairs++;
            asked += scores.asked();
            tokens += scores.tokens();
            return new double[] {value(scores, 0), value(scores, 1)};
        };
    }

    private static double value(ScaledScores scores, int response) {
        return scores.outcomes().get(response) instanceof ScoreOutcome.Scored scored
                ? scored.value()
                : Double.NaN;
    }

    @Override
    public long tokens() {
        return tokens;
    }

    /** Samples a pair, over all that was scored. */
    double samplesPerPair() {
        return asked / (double) Math.max(1, pairs);
    }

    /** Tokens a pair, as the endpoint counted; 0 for the embedded judge. */
    double tokensPerPair() {
        return tokens / (double) Math.max(1, pairs);
    }
}
