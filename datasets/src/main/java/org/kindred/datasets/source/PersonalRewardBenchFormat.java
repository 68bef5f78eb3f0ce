package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kindred.datasets.Message;
import org.kindred.datasets.RecordFields;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.Sha256;

/**
 * PersonalRewardBench (arXiv 2506.05598): pairs of Chatbot Arena and PRISM users, as parquet with
 * nested structs or as JSON lines. The split that counts stands in the column {@code split}, not in
 * the name of the file. Columns of the judges that built it are not read.
 */
final class PersonalRewardBenchFormat implements SourceFormat {
    private static final String NAME = "personal-reward-bench";

    /** Of a hash, for ids of rows that have none of their own. */
    private static final int KEY_DIGITS = 16;

    private static final Set<String> SPLITS = Set.of("train", "val", "test");
    private static final Layout PAIRS =
            new JsonLayout(
                    NAME,
                    "conversation_id",
                    JsonLayout.having("conversation_id", "context"),
                    (record, place) -> pair(record));

    @Override
    public SourceCard card() {
        return new SourceCard(
                NAME,
                "PersonalRewardBench: Chatbot-Arena-Personalized and PRISM-Personalized, arXiv"
                        + " 2506.05598",
                "strict pair accuracy on each user's test rows, interval over users",
                List.of(
                        "as the two source sets: PRISM human text CC-BY-4.0, model text"
                                + " CC-BY-NC-4.0",
                        "Chatbot Arena prompts CC-BY-4.0, answers CC-BY-NC-4.0 (not confirmed)"),
                List.of("unfiltered dialogues of real people; some are sexual or hateful"));
    }

    @Override
    public List<Layout> layouts() {
        return List.of(PAIRS);
    }

    private static Rows pair(ObjectNode record) throws RejectedRecordException {
        RecordFields fields = new RecordFields(record);
        String conversation = fields.text("conversation_id");
        String user = fields.text("user_id");
        List<Message> context = fields.prompt("context");
        List<Message> chosen = answer(fields, "chosen");
        List<Message> rejected = answer(fields, "rejected");
        Double chosenScore = fields.optionalNumber("chosen_score");
        Double rejectedScore = fields.optionalNumber("rejected_score");
        Integer turns = fields.optionalInteger("turns", 0, Integer.MAX_VALUE);
        String type = fields.note("type");
        String split = fields.text("split", SPLITS);
        String chosenText = Message.text(chosen);
        String rejectedText = Message.text(rejected);
        if (chosenText.equals(rejectedText)) {
            throw new RejectedRecordException("identical_texts");
        }
        String key =
                String.join("\u0000", user, conversation, turns + "", chosenText, rejectedText);
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("conversation_id", conversation);
        if (turns != null) {
            meta.put("turns", turns);
        }
        if (fields.find("flip") != null) {
            meta.put("flip", fields.bool("flip"));
        }
        return Rows.of(new Rows.Key(NAME, key, "duplicate_row"), user)
                .withPreferences(
                        List.of(
                                PairBuilder.of(
                                                conversation
                                                        + ":"
                                                        + (turns == null ? "" : turns)
                                                        + ":"
                                                        + Sha256.of(key).substring(0, KEY_DIGITS),
                                                user,
                                                context)
                                        .answers(chosen, rejected)
                                        .scores(chosenScore, rejectedScore)
                                        .domain(type)
                                        .items(List.of(conversation))
                                        .split(split)
                                        .source(NAME)
                                        .meta(meta)
                                        .build()),
                        List.of());
    }

    /** One message, or a list with one in it; an empty list counts as absent. */
    private static List<Message> answer(RecordFields fields, String field)
            throws RejectedRecordException {
        JsonNode node = fields.find(field);
        if (node == null || (node.isArray() && node.isEmpty())) {
            throw new RejectedRecordException("missing_field:" + field);
        }
        if (node.isArray() ? node.size() > 1 : !node.isObject()) {
            throw new RejectedRecordException("wrong_type:" + field);
        }
        return RecordFields.messages(node.isArray() ? node : listOf(node), field);
    }

    private static JsonNode listOf(JsonNode node) {
        return JsonNodeFactory.instance.arrayNode().add(node);
    }
}
