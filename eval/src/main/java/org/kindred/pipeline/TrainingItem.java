package org.kindred.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.Task;

/**
 * Something to answer: the prompt of a choice, or a task.
 *
 * @param prompt what the policy reads, before any persona
 * @param label preference group that the data set names, null if none
 * @param choice the choice that the prompt comes from, null for a task
 * @param task the task, null for a choice
 */
record TrainingItem(
        String id,
        String userId,
        List<Message> prompt,
        @Nullable String label,
        @Nullable Preference choice,
        @Nullable Task task) {

    String promptText() {
        return Message.text(prompt);
    }

    /** A text that is known to be good, null where there is none. */
    @Nullable String reference() {
        return choice != null ? choice.chosenText() : task == null ? null : task.reference();
    }

    /** Redacted. */
    @Override
    public String toString() {
        return "TrainingItem[" + id + "]";
    }
}
