package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Preference;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.Task;
import org.kindred.datasets.User;

/** Canonical files, for example of another program: checked, deduplicated, hashed, merged. */
final class CanonicalFormat implements SourceFormat {
    private static final String NAME = "canonical";
    private static final Pattern DATA =
            Pattern.compile(".+\\.(jsonl|json|parquet|csv|dat)(\\.gz)?");
    private static final Pattern OWN =
            Pattern.compile(
                    "((preferences|users|tasks|quarantine|dropped|users-reported|ids)\\.jsonl"
                            + "|(manifest|import|split|truth|inspect|command|results)\\.json)(\\.gz)?");

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

    /**
     * Files of data beside those of a canonical folder, which readers of the folder pass over. What
     * the program itself writes there is none of them.
     */
    static List<Unread> unread(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(DATA.asMatchPredicate().and(Predicate.not(OWN.asMatchPredicate())))
                    .sorted()
                    .map(name -> Unread.of(name, new FileHead(folder.resolve(name))))
                    .toList();
        } catch (IOException e) {
            throw AtomicFiles.failure("listing", folder, e);
        }
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
