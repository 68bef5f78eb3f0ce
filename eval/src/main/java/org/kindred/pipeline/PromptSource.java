package org.kindred.pipeline;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Task;
import org.kindred.datasets.User;
import org.kindred.options.Spelling;

/** Where the prompts of a run come from. */
public enum PromptSource {
    /** Prompts of the choices that training may read. */
    PREFERENCES,
    /**
     * Tasks of the data set; those with candidates show the user's history and ask for a ranking.
     */
    TASKS;

    private static final String NOBODY = "nobody";

    /**
     * The items of a data set, in its order.
     *
     * @param historyItems most past texts of a user that a task shows, the latest
     */
    List<TrainingItem> items(PreferenceDataset dataset, List<Task> tasks, int historyItems) {
        Map<String, User> users = dataset.usersById();
        List<TrainingItem> items = new ArrayList<>();
        if (this == PREFERENCES) {
            for (Preference row : dataset.training()) {
                String label = group(users.get(row.userId()));
                items.add(new TrainingItem(row.id(), row.userId(), row.prompt(), label, row, null));
            }
        } else {
            for (Task task : tasks) {
                String user = task.userId() == null ? NOBODY : task.userId();
                String label = task.group() != null ? task.group() : group(users.get(user));
                items.add(
                        new TrainingItem(
                                task.id(), user, prompt(task, historyItems), label, null, task));
            }
        }
        if (items.isEmpty()) {
            throw new KindredException(
                    "prompts = "
                            + spelling()
                            + ": the data set has none; "
                            + dataset.preferences().size()
                            + " preferences and "
                            + tasks.size()
                            + " tasks were read");
        }
        return items;
    }

    private static @Nullable String group(@Nullable User user) {
        return user == null ? null : user.group();
    }

    private static List<Message> prompt(Task task, int historyItems) {
        List<Task.Candidate> candidates = task.candidates();
        if (candidates == null || candidates.isEmpty()) {
            return task.prompt();
        }
        StringBuilder text = new StringBuilder();
        List<String> history = task.history() == null ? List.of() : task.history();
        int from = Math.max(0, history.size() - historyItems);
        if (from < history.size()) {
            text.append("So far:\n");
            history.subList(from, history.size()).forEach(line -> text.append(line).append('\n'));
        }
        for (int i = 0; i < candidates.size(); i++) {
            text.append(String.format(Locale.ROOT, "%d. %s\n", i + 1, candidates.get(i).content()));
        }
        text.append(Message.text(task.prompt()))
                .append(" Answer with their numbers, the most likely first.");
        return List.of(Message.user(text.toString()));
    }

    @JsonCreator
    public static PromptSource parse(String text) {
        return Spelling.parse(PromptSource.class, "prompts", text);
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(this);
    }
}
