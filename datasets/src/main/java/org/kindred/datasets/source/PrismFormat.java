package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.RecordFields;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.User;

/**
 * PRISM Alignment (arXiv 2404.16019): a survey of people and their dialogues with 21 models, every
 * answer scored.
 *
 * <p>Pairs come from the conversations; from the utterances only where there are no conversations,
 * since both tell the same. Metadata and models are checked and counted.
 */
final class PrismFormat implements SourceFormat {
    private static final double LEAST_SCORE = 1;
    private static final double MOST_SCORE = 100;
    private static final int MOST_TURNS = 1_000;
    private static final Set<String> COLUMNS =
            Set.of(
                    "model_response",
                    "user_prompt",
                    "open_feedback",
                    "self_description",
                    "system_string");
    private static final Set<String> STATED =
            Set.of("user_id", "stated_prefs", "system_string", "self_description");

    private static final Layout SURVEY =
            new JsonLayout(
                    "prism-survey",
                    "user_id",
                    JsonLayout.havingAny("survey_only", "stated_prefs", "lm_familiarity"),
                    (record, place) -> person(record));
    private static final Layout MODELS =
            new JsonLayout(
                    "prism-models",
                    "short_name",
                    JsonLayout.havingAny("model_family", "longcode"),
                    (record, place) -> model(record));
    private static final Layout METADATA =
            new JsonLayout(
                    "prism-metadata",
                    "column_id",
                    JsonLayout.havingAny("moderation_flag", "pii_flag"),
                    (record, place) -> metadata(record));
    private static final Layout CONVERSATIONS =
            new JsonLayout(
                    "prism-conversations",
                    "conversation_id",
                    JsonLayout.havingAny("conversation_history", "opening_prompt"),
                    (record, place) -> conversation(record));
    private static final Layout UTTERANCES =
            new JsonLayout(
                    "prism-utterances",
                    "utterance_id",
                    JsonLayout.havingAny("utterance_id", "model_response"),
                    (record, place) -> utterance(record));

    /** One answer of the long form, kept until its dialogue is complete. */
    record Utterance(
            String conversation,
            String user,
            @Nullable String type,
            int turn,
            String prompt,
            PrismDialogue.Answer answer) {}

    @Override
    public SourceCard card() {
        return new SourceCard(
                "prism",
                "PRISM Alignment, arXiv 2404.16019",
                "pair accuracy per user; new users with half of their dialogues as context",
                List.of(
                        "human-written text: CC-BY-4.0",
                        "model answers: CC-BY-NC-4.0 and the terms of each provider",
                        "no attempt to identify people"),
                List.of(
                        "dialogues on contested subjects; some answers are hateful, sexual or"
                                + " otherwise harmful"));
    }

    @Override
    public List<Layout> layouts() {
        return List.of(SURVEY, MODELS, METADATA, CONVERSATIONS, UTTERANCES);
    }

    @Override
    public void read(List<SourceFile> files, Intake intake) throws IOException {
        boolean conversations = files.stream().anyMatch(f -> f.layout() == CONVERSATIONS);
        for (SourceFile file : files) {
            if (file.layout() != UTTERANCES) {
                intake.read(file, rows -> {});
            } else if (!conversations) {
                readUtterances(file, intake);
            }
        }
    }

    private static void readUtterances(SourceFile file, Intake intake) throws IOException {
        try (GroupedSpill spill = intake.spill()) {
            intake.read(
                    file,
                    rows -> {
                        if (rows.fact() instanceof Utterance utterance) {
                            spill.add(
                                    utterance.conversation(),
                                    Json.line(utterance).getBytes(StandardCharsets.UTF_8));
                        }
                    });
            spill.forEachGroup(
                    (conversation, records) -> {
                        List<Utterance> utterances = new ArrayList<>();
                        for (byte[] bytes : records) {
                            utterances.add(Json.mapper().readValue(bytes, Utterance.class));
                        }
                        intake.derive(file, dialogue(conversation, utterances));
                    });
        }
    }

    private static Rows dialogue(String conversation, List<Utterance> utterances) {
        Utterance first = utterances.get(0);
        PrismDialogue dialogue =
                new PrismDialogue(conversation, first.user(), first.type(), Map.of());
        for (Utterance utterance : utterances) {
            dialogue.user(utterance.turn(), utterance.prompt());
            dialogue.answer(utterance.turn(), utterance.answer());
        }
        return dialogue.into(Rows.made(first.user()));
    }

    private static Rows person(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id = fields.text("user_id");
        Map<String, Object> stated = new LinkedHashMap<>();
        Map<String, Object> scores = fields.optionalObject("stated_prefs");
        if (scores != null) {
            stated.putAll(scores);
        }
        putText(stated, record, "system_string");
        putText(stated, record, "self_description");
        Map<String, Object> attributes = fields.meta(STATED);
        return Rows.of(Rows.Key.id("prism-survey", id), id)
                .withUsers(List.of(new User(id, attributes, stated, null)));
    }

    private static void putText(Map<String, Object> into, ObjectNode record, String field) {
        JsonNode text = record.get(field);
        if (text != null && text.isTextual() && !PrismDialogue.isEmpty(text.textValue())) {
            into.put(field, text.textValue());
        }
    }

    private static Rows model(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        return Rows.counted(fields.text("model_provider") + "/" + fields.text("short_name"));
    }

    private static Rows metadata(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String column = fields.text("column_id", COLUMNS);
        fields.text("user_id");
        return Rows.counted(column);
    }

    private static Rows conversation(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id = fields.text("conversation_id");
        String userId = fields.text("user_id");
        Map<String, Object> meta = new LinkedHashMap<>();
        for (String field : List.of("performance_attributes", "choice_attributes")) {
            Map<String, Object> attributes = fields.optionalObject(field);
            if (attributes != null) {
                meta.put(field, attributes);
            }
        }
        putText(meta, record, "open_feedback");
        PrismDialogue dialogue =
                new PrismDialogue(id, userId, fields.note("conversation_type"), meta);
        for (JsonNode entry : fields.array("conversation_history")) {
            if (!(entry instanceof ObjectNode object)) {
                throw new RejectedRecordException("wrong_type:conversation_history");
            }
            RecordFields item = new RecordFields(object);
            int turn = item.integer("turn", 0, MOST_TURNS);
            if (item.text("role").equals("user")) {
                dialogue.user(turn, item.anyText("content"));
            } else {
                dialogue.answer(turn, answer(item, item.anyText("content"), false));
            }
        }
        return dialogue.into(Rows.of(Rows.Key.id("prism-conversations", id), userId));
    }

    private static Rows utterance(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String id = fields.text("utterance_id");
        String conversation = fields.text("conversation_id");
        String user = fields.text("user_id");
        int turn = fields.integer("turn", 0, MOST_TURNS);
        String prompt = fields.anyText("user_prompt");
        String text = fields.anyText("model_response");
        PrismDialogue.Answer answer = answer(fields, text, true);
        return Rows.of(Rows.Key.id("prism-utterances", id), user)
                .withFact(
                        new Utterance(
                                conversation,
                                user,
                                fields.note("conversation_type"),
                                turn,
                                prompt,
                                answer));
    }

    /**
     * @param complete whether score and mark must be there, as in the long form
     */
    private static PrismDialogue.Answer answer(RecordFields fields, String text, boolean complete)
            throws RejectedRecordException {
        String id = Integer.toString(fields.integer("within_turn_id", 0, MOST_TURNS));
        Double score =
                complete ? Double.valueOf(fields.number("score")) : fields.optionalNumber("score");
        if (score != null && (score < LEAST_SCORE || score > MOST_SCORE)) {
            throw new RejectedRecordException("out_of_range:score");
        }
        boolean chosen = (complete || fields.find("if_chosen") != null) && fields.bool("if_chosen");
        String model = fields.note("model_name");
        return new PrismDialogue.Answer(id, text, score, chosen, model == null ? "" : model);
    }
}
