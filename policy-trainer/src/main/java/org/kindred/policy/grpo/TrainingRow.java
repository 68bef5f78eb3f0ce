package org.kindred.policy.grpo;

import java.util.ArrayList;
import java.util.List;
import org.kindred.policy.advantage.Advantages;
import org.kindred.policy.rollout.Completion;

/**
 * A completion that counts in the loss.
 *
 * @param inLoss false for a truncated completion under {@code mask_truncated_completions}: it
 *     counts as a row, but adds nothing
 * @param stale whether the policy was updated after it sampled the completion
 */
record TrainingRow(
        PolicyPrompt prompt,
        Completion completion,
        double advantage,
        boolean inLoss,
        boolean stale) {

    /** Rows of all used completions, prompt by prompt. */
    static List<TrainingRow> of(Rollout rollout, Advantages advantages, boolean maskTruncated) {
        List<TrainingRow> rows = new ArrayList<>();
        for (int j = 0; j < rollout.prompts().size(); j++) {
            for (int i = 0; i < rollout.completions().get(j).size(); i++) {
                Completion completion = rollout.completions().get(j).get(i);
                if (advantages.used()[j][i]) {
                    rows.add(
                            new TrainingRow(
                                    rollout.prompts().get(j),
                                    completion,
                                    advantages.values()[j][i],
                                    completion.finished() || !maskTruncated,
                                    rollout.stale()));
                }
            }
        }
        return rows;
    }

    int length() {
        return prompt.tokens().length + completion.tokens().length;
    }
}
