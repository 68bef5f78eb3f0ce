package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;
import org.kindred.datasets.RecordFields;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.Task;

/**
 * LaMP-QA (arXiv 2506.00137): questions of people with their earlier posts and the aspects that a
 * good answer speaks about. Every question is its own user. Narrative and aspects are for the
 * judgement of answers; no model that answers or scores may see them.
 */
final class LampQaFormat implements SourceFormat {
    static final String NAME = "lamp-qa";

    @Override
    public SourceCard card() {
        return new SourceCard(
                NAME,
                "LaMP-QA, arXiv 2506.00137",
                "mean over questions of the share of rubric points; Spearman of rankings",
                List.of("not confirmed: see the card of alireza7/LaMP-QA"),
                List.of("posts of real people on health, family and money"));
    }

    @Override
    public List<Layout> layouts() {
        return List.of(new Questions());
    }

    /** The path of a file tells its part of the set and its split. */
    private static final class Questions implements Layout {
        private final JsonLayout json =
                new JsonLayout(
                        NAME,
                        "id",
                        object ->
                                object.has("question")
                                        && (object.has("profile") || object.has("narrative"))
                                        && !object.has("chosen"),
                        (record, place) -> task(record, this.file));
        private volatile Path file = Path.of("");

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public long matches(FileHead head) {
            return json.matches(head);
        }

        @Override
        public RawRecords open(Path path) throws IOException {
            file = path;
            return json.open(path);
        }

        @Override
        public @Nullable Rows parse(RawRecord record) throws RejectedRecordException {
            return json.parse(record);
        }

        @Override
        public @Nullable String id(RawRecord record) {
            return json.id(record);
        }
    }

    private static Rows task(ObjectNode record, Path file) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id = fields.id("id");
        String question = fields.text("question");
        List<Dropped> dropped = new ArrayList<>();
        List<String> history = LampProfile.texts(fields, id, dropped);
        List<String> aspects = LampProfile.aspects(fields);
        Map<String, Object> meta = new LinkedHashMap<>();
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && folder.getParent() != null) {
            meta.put("split", String.valueOf(folder.getFileName()));
            meta.put("config", String.valueOf(folder.getParent().getFileName()));
        }
        String narrative = fields.note("narrative");
        if (narrative != null) {
            meta.put("narrative", narrative);
        }
        JsonNode details = fields.find("rubric_aspects");
        if (details != null) {
            meta.put("rubric_aspects", RecordFields.value(details));
        }
        Task task =
                new Task(
                        id,
                        id,
                        List.of(Message.user(question)),
                        history,
                        null,
                        null,
                        aspects,
                        null,
                        fields.note("category"),
                        NAME,
                        meta);
        return Rows.of(Rows.Key.id(NAME, id), id).withTask(task, dropped);
    }
}
