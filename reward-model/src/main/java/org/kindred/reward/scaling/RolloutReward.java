package org.kindred.reward.scaling;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.kindred.policy.grpo.Judgement;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.RewardFunction;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.VisibleText;

/**
 * A reward model as the reward of a policy in training. A completion without a letter or digit is
 * worth {@link RewardModel#LOWEST} and no judge is asked about it: to say nothing is a poor answer,
 * not a judgement that failed, and a policy must not get out of the loss by it.
 *
 * @param model scores completions
 * @param asked the user behind a prompt and the prompt's text, which a {@link PolicyPrompt} holds
 *     as tokens only
 */
public record RolloutReward(RewardModel model, Function<PolicyPrompt, UserPrompt> asked)
        implements RewardFunction {
    private static final ScoreOutcome NOTHING_SAID = new ScoreOutcome.Scored(RewardModel.LOWEST);

    @Override
    public List<ScoreOutcome> score(PolicyPrompt prompt, List<String> completions) {
        return judge(prompt, completions).outcomes();
    }

    @Override
    public Judgement judge(PolicyPrompt prompt, List<String> completions) {
        UserPrompt of = asked.apply(prompt);
        List<String> said = completions.stream().filter(VisibleText::says).toList();
        if (said.isEmpty()) {
            return new Judgement(completions.stream().map(text -> NOTHING_SAID).toList(), Map.of());
        }
        Judgement judgement = model.judge(of.user(), of.prompt(), said);
        if (said.size() == completions.size() || judgement.outcomes().size() != said.size()) {
            return judgement; // whoever asked counts them
        }
        Iterator<ScoreOutcome> outcomes = judgement.outcomes().iterator();
        return new Judgement(
                completions.stream()
                        .map(text -> VisibleText.says(text) ? outcomes.next() : NOTHING_SAID)
                        .toList(),
                judgement.counts());
    }

    @Override
    public Map<String, Double> metrics(Map<String, Double> sums) {
        return ScalingCounts.metrics(sums);
    }
}
