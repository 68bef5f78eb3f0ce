package org.kindred.reward.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.RewardFunction;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.chain.Coverage;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.chain.StageReward;

/**
 * {@code R = alpha PR + beta OR} of what a chain writer wrote (P-GenRM, arXiv 2602.12116, Eq. 3);
 * {@link StageReward} says how it is put together.
 *
 * <p>Where the user's wishes are not known PR is 0 for all completions of the prompt, and where the
 * coverage judge fails the completion has no reward: neither is the chain's fault.
 */
public final class ChainReward implements RewardFunction {
    private final Map<String, AskedPair> asked = new HashMap<>();
    private final ChainTask task;
    private final StageReward reward;
    private final Coverage coverage;

    public ChainReward(
            List<AskedPair> asked, ChainTask task, StageReward reward, Coverage coverage) {
        asked.forEach(pair -> this.asked.put(pair.prompt().id(), pair));
        this.task = task;
        this.reward = reward;
        this.coverage = coverage;
    }

    @Override
    public List<ScoreOutcome> score(PolicyPrompt prompt, List<String> completions) {
        AskedPair pair = asked.get(prompt.id());
        if (pair == null) {
            throw new IllegalArgumentException("prompt " + prompt.id() + " was not asked about");
        }
        List<ScoreOutcome> outcomes = new ArrayList<>();
        for (String completion : completions) {
            outcomes.add(score(pair, task.read(completion)));
        }
        return outcomes;
    }

    private ScoreOutcome score(AskedPair pair, @Nullable EvaluationChain chain) {
        if (chain == null) {
            return new ScoreOutcome.Scored(reward.malformed(0));
        }
        double covered = 0;
        if (reward.alpha() > 0) {
            ScoreOutcome outcome =
                    coverage.coverage(pair.pair().user().userId(), chain, pair.wishes());
            if (outcome instanceof ScoreOutcome.Failed) {
                return outcome;
            }
            covered = outcome instanceof ScoreOutcome.Scored scored ? scored.value() : 0;
        }
        ChainVerdict verdict = ChainVerdict.of(pair, chain);
        return new ScoreOutcome.Scored(
                reward.of(covered, verdict.chosenScore(), verdict.rejectedScore()));
    }
}
