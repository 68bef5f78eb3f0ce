package org.kindred.reward.scaling;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.kindred.policy.grpo.Judgement;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.grpo.RewardFunction;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
import org.kindred.reward.UserPrompt;

/**
 * A reward model as the reward of a policy in training.
 *
 * @param model scores completions
 * @param asked the user behind a prompt and the prompt's text, which a {@link PolicyPrompt} holds
 *     as tokens only
 */
public record RolloutReward(RewardModel model, Function<PolicyPrompt, UserPrompt> asked)
        implements RewardFunction {

    @Override
    public List<ScoreOutcome> score(PolicyPrompt prompt, List<String> completions) {
        return judge(prompt, completions).outcomes();
    }

    @Override
    public Judgement judge(PolicyPrompt prompt, List<String> completions) {
        UserPrompt of = asked.apply(prompt);
        return model.judge(of.user(), of.prompt(), completions);
    }

    @Override
    public Map<String, Double> metrics(Map<String, Double> sums) {
        return ScalingCounts.metrics(sums);
    }
}
