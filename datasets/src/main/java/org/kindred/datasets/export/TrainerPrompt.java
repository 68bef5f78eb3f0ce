package org.kindred.datasets.export;

import java.util.List;
import org.kindred.datasets.Message;

/**
 * A prompt as a policy is trained on it.
 *
 * @param userId who asks
 * @param promptId id of the row
 * @param messages what the policy reads, the persona in its system message
 * @param text what the judge reads: the prompt without the persona
 * @param persona what the judge says of the user; empty if nobody was asked
 * @param split {@code train} or {@code eval}; no trainer tells a reward function which it is
 */
public record TrainerPrompt(
        String userId,
        String promptId,
        List<Message> messages,
        String text,
        String persona,
        String split) {
    public static final String TRAIN = "train";
    public static final String EVAL = "eval";

    public TrainerPrompt {
        messages = List.copyOf(messages);
        if (!split.equals(TRAIN) && !split.equals(EVAL)) {
            throw new IllegalArgumentException("split: must be train or eval");
        }
    }

    /** Redacted, since texts and ids of users must not reach logs. */
    @Override
    public String toString() {
        return "TrainerPrompt[" + split + "]";
    }
}
