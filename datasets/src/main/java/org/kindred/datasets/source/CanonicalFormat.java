package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Preference;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.Task;
import org.kindred.datasets.User;

/** Canonical files, for example of another program: checked, deduplicated, hashed, merged. */
final class CanonicalFormat implements SourceFormat {
    private static final String NAME = "canonical";

    @Override
    public SourceCard card() {
        return new SourceCard(
                NAME,
                "canonical preferences, users and tasks",
                "pair accuracy per user and split cell",
                List.of("that of the file's author: see the manifest beside it"),
                List.of());
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new JsonLayout(
                        "canonical-preferences",
                        "id",
                        JsonLayout.having("id", "user_id", "prompt", "chosen", "rejected"),
                        (record, place) -> preference(record)),
                new JsonLayout(
                        "canonical-tasks",
                        "id",
                        object ->
                                JsonLayout.having("id", "prompt").test(object)
                                        && !JsonLayout.havingAny("chosen", "rejected").test(object),
                        (record, place) -> task(record)),
                new JsonLayout(
                        "canonical-users",
                        "id",
                        object ->
                                object.has("id")
                                        && !object.has("prompt")
                                        && JsonLayout.havingAny(
                                                        "attributes", "stated_preferences", "group")
                                                .test(object),
                        (record, place) -> user(record)));
    }

    private static Rows preference(ObjectNode record) throws RejectedRecordException {
        Preference row = CanonicalReader.preference(record);
        return Rows.of(Rows.Key.id("canonical-preferences", row.id()), row.userId())
                .withPreferences(List.of(row), List.of());
    }

    private static Rows task(ObjectNode record) throws RejectedRecordException {
        Task task = CanonicalReader.task(record);
        return Rows.of(Rows.Key.id("canonical-tasks", task.id()), task.userId())
                .withTask(task, List.of());
    }

    private static Rows user(ObjectNode record) throws RejectedRecordException {
        User user = CanonicalReader.user(record);
        return Rows.of(Rows.Key.id("canonical-users", user.id()), user.id())
                .withUsers(List.of(user));
    }
}
