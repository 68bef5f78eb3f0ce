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
import org.kindred.reward.RewardUnit;
import org.kindred.reward.UserPrompt;
import org.kindred.reward.VisibleText;

/**
 * A reward model as the reward of a policy in training. A completion without a letter or digit is
 * worth {@link RewardUnit#lowest} and no judge is asked about it: to say nothing is a poor answer,
 * not a judgement that failed, and a policy must not get out of the loss by it.
 *
 * @param model scores completions
 * @param unit of the rewards
 * @param asked the user behind a prompt and the prompt's text, which a {@link PolicyPrompt} holds
 *     as tokens only
 */
public record RolloutReward(
        RewardModel model, RewardUnit unit, Function<PolicyPrompt, UserPrompt> asked)
        implements RewardFunction {

    @Override
    public List<ScoreOutcome> score(PolicyPrompt prompt, List<String> completions) {
        return judge(prompt, completions).outcomes();
    }

    @Override
    public Judgement judge(PolicyPrompt prompt, List<String> completions) {
        UserPrompt of = asked.apply(prompt);
        List<String> said = completions.stream().filter(VisibleText::says).toList();
        ScoreOutcome nothingSaid = new ScoreOutcome.Scored(unit.lowest());
        if (said.isEmpty()) {
            return new Judgement(completions.stream().map(text -> nothingSaid).toList(), Map.of());
        }
        Judgement judgement = model.judge(of.user(), of.prompt(), said, unit);
        if (said.size() == completions.size() || judgement.outcomes().size() != said.size()) {
            return judgement; // whoever asked counts them
        }
        Iterator<ScoreOutcome> outcomes = judgement.outcomes().iterator();
        return new Judgement(
                completions.stream()
                        .map(text -> VisibleText.says(text) ? outcomes.next() : nothingSaid)
                        .toList(),
                judgement.counts());
    }

    @Override
    public Map<String, Double> metrics(Map<String, Double> sums) {
        return ScalingCounts.metrics(sums);
    }
}
