package org.kindred.policy.advantage;

import java.util.List;

/**
 * Turns the rewards of one step into advantages; one small class per method.
 *
 * <p>Every implementation sees prompts with at least two scored completions only, gives a prompt
 * whose rewards are all equal exactly 0 unless its formula looks beyond the prompt, and returns
 * finite numbers. Clipping, whitening and weights are the business of {@link AdvantageNormaliser}.
 */
sealed interface AdvantageEstimator
        permits Grpo,
                DrGrpo,
                Rloo,
                ReinforcePp,
                ReinforcePpBaseline,
                LitePpo,
                Gdpo,
                HistoryEstimator {

    /**
     * Advantages of a step.
     *
     * @return [prompts][completions] in the order given
     */
    double[][] advantages(List<PromptRewards> step);

    /** Prompts of the last step that were normalised by themselves for want of history. */
    default int fallbackPrompts() {
        return 0;
    }

    /** Prompt visits of the last step that the cap on a user's share kept out of the history. */
    default int cappedPrompts() {
        return 0;
    }
}
