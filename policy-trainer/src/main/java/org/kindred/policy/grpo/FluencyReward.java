package org.kindred.policy.grpo;

import java.util.ArrayList;
import java.util.List;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.TokenBatch;
import org.kindred.policy.tokenizer.Answers;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Mean log-probability of a completion's tokens under a frozen model, usually the one that
 * reinforcement learning started from: a judge that reads style does not mind broken text.
 */
public record FluencyReward(Tokenizer tokenizer, CausalLm model) implements RewardFunction {

    @Override
    public List<ScoreOutcome> score(PolicyPrompt prompt, List<String> completions) {
        int[][] prompts = new int[completions.size()][];
        int[][] answers = new int[completions.size()][];
        for (int i = 0; i < answers.length; i++) {
            prompts[i] = prompt.tokens();
            answers[i] = Answers.of(tokenizer).tokens(prompt.tokens(), completions.get(i));
        }
        List<ScoreOutcome> outcomes = new ArrayList<>();
        for (float[] logProbs : model.score(new TokenBatch(prompts, answers), 1).logProbs()) {
            outcomes.add(new ScoreOutcome.Scored(mean(logProbs)));
        }
        return outcomes;
    }

    /** Mean log-probability of a row. */
    public static double mean(float[] logProbs) {
        double sum = 0;
        for (float logProb : logProbs) {
            sum += logProb;
        }
        return sum / logProbs.length;
    }
}
