package org.kindred.reward.training;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.chain.ChainParser;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.llm.ChainPrompts;

/**
 * How a model is asked and read, in tokens.
 *
 * @param prompts the wording, which is that of the judge at test time
 * @param context most tokens of prompt and completion together
 */
public record ChainTask(ChainPrompts prompts, Tokenizer tokenizer, int context) {

    /**
     * A pair as a prompt.
     *
     * @return null if the prompt leaves no room for a completion of {@code newTokens}
     */
    public @Nullable AskedPair ask(
            TrainingPair pair, boolean chosenFirst, List<String> wishes, int newTokens) {
        int[] tokens = tokenizer.chat(prompts.joint(pair.request(chosenFirst)), true);
        if (tokens.length + newTokens > context) {
            return null;
        }
        PolicyPrompt prompt =
                new PolicyPrompt(
                        AskedPair.id(pair, chosenFirst),
                        AskedPair.GROUP,
                        pair.user().userId(),
                        tokens);
        return new AskedPair(pair, chosenFirst, prompt, wishes);
    }

    /** The chain that a completion holds; null if it cannot be read. */
    @Nullable EvaluationChain read(String completion) {
        return prompts.read(completion, 2) instanceof ChainParser.Read read ? read.chain() : null;
    }
}
