package org.kindred.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON record, checked as the reference policy says.
 *
 * <p>Absent or null: {@code missing_field:F} for a required field, Java null for an optional one.
 * Wrong type: {@code wrong_type:F}; a number in quotes is no number, true is no number, 87.0 is a
 * fine integer. Blank text: {@code empty_text:F}. Not in a closed list: {@code unknown_value:F}.
 * Outside a range: {@code out_of_range:F}.
 */
public final class RecordFields {
    /** Types of content parts that are told by name; what a file says is no reason by itself. */
    private static final Set<String> OTHER_PARTS =
            Set.of(
                    "image",
                    "image_url",
                    "input_image",
                    "audio",
                    "input_audio",
                    "audio_url",
                    "video",
                    "video_url",
                    "file",
                    "input_file",
                    "document",
                    "tool_use",
                    "tool_result",
                    "thinking",
                    "refusal");

    private final ObjectNode record;

    public RecordFields(ObjectNode record) {
        this.record = record;
    }

    public String text(String field) throws RejectedRecordException {
        return required(field, optionalText(field));
    }

    public @Nullable String optionalText(String field) throws RejectedRecordException {
        JsonNode node = find(field);
        return node == null ? null : textOf(node, field);
    }

    /** Text that must be one of a closed list. */
    public @Nullable String optionalText(String field, Set<String> allowed)
            throws RejectedRecordException {
        String text = optionalText(field);
        if (text != null && !allowed.contains(text)) {
            throw new RejectedRecordException("unknown_value:" + field);
        }
        return text;
    }

    /** A text that only describes: null if it is absent, blank or of another type. */
    public @Nullable String note(String field) {
        JsonNode node = find(field);
        return node == null || !node.isTextual() || node.textValue().isBlank()
                ? null
                : node.textValue();
    }

    /** Text that must be there and one of a closed list. */
    public String text(String field, Set<String> allowed) throws RejectedRecordException {
        return required(field, optionalText(field, allowed));
    }

    /** Text that may be blank. */
    public String anyText(String field) throws RejectedRecordException {
        JsonNode node = required(field, find(field));
        if (!node.isTextual()) {
            throw new RejectedRecordException("wrong_type:" + field);
        }
        return node.textValue();
    }

    /** An id that is text or a whole number; 87 and 87.0 both give "87". */
    public String id(String field) throws RejectedRecordException {
        JsonNode node = required(field, find(field));
        if (node.isTextual()) {
            return textOf(node, field);
        }
        return node.isIntegralNumber()
                ? node.bigIntegerValue().toString()
                : Integer.toString(integer(field, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    public boolean bool(String field) throws RejectedRecordException {
        JsonNode node = required(field, find(field));
        if (!node.isBoolean()) {
            throw new RejectedRecordException("wrong_type:" + field);
        }
        return node.booleanValue();
    }

    /** A whole number within bounds, both included. */
    public int integer(String field, int least, int most) throws RejectedRecordException {
        return required(field, optionalInteger(field, least, most));
    }

    public JsonNode array(String field) throws RejectedRecordException {
        return required(field, optionalArray(field));
    }

    /** A number within bounds, both included, or null. */
    public @Nullable Double optionalNumber(String field, double least, double most)
            throws RejectedRecordException {
        Double number = optionalNumber(field);
        if (number != null && (number < least || number > most)) {
            throw new RejectedRecordException("out_of_range:" + field);
        }
        return number;
    }

    public double number(String field) throws RejectedRecordException {
        return required(field, optionalNumber(field));
    }

    public @Nullable Double optionalNumber(String field) throws RejectedRecordException {
        JsonNode node = find(field);
        return node == null ? null : (Double) numberOf(node, field);
    }

    /** A whole number within bounds, both included. */
    public @Nullable Integer optionalInteger(String field, int least, int most)
            throws RejectedRecordException {
        Double number = optionalNumber(field);
        if (number == null) {
            return null;
        }
        if (number != Math.rint(number)) {
            throw new RejectedRecordException("wrong_type:" + field);
        }
        if (number < least || number > most) {
            throw new RejectedRecordException("out_of_range:" + field);
        }
        return number.intValue();
    }

    public @Nullable List<String> optionalTexts(String field) throws RejectedRecordException {
        JsonNode node = optionalArray(field);
        if (node == null) {
            return null;
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode entry : node) {
            texts.add(textOf(entry, field));
        }
        return texts;
    }

    /**
     * A conversation of at least one message; role {@code model} is read as {@code assistant}, a
     * content in parts as the texts of its parts, joined by line breaks.
     */
    public List<Message> messages(String field) throws RejectedRecordException {
        return messages(array(field), field);
    }

    /** Likewise, for an array that was found elsewhere. */
    public static List<Message> messages(JsonNode node, String field)
            throws RejectedRecordException {
        List<Message> messages = new ArrayList<>();
        for (JsonNode entry : node) {
            if (!(entry instanceof ObjectNode message)) {
                throw new RejectedRecordException("wrong_type:" + field);
            }
            RecordFields fields = new RecordFields(message);
            String role = fields.text("role");
            if (role.equals("model")) {
                role = "assistant";
            }
            if (!Message.ROLES.contains(role)) {
                throw new RejectedRecordException("unknown_value:role");
            }
            JsonNode content = required("content", fields.find("content"));
            messages.add(
                    new Message(
                            role,
                            content.isArray() ? joined(content, field) : textOf(content, field)));
        }
        if (messages.isEmpty()) {
            throw new RejectedRecordException("empty_text:" + field);
        }
        return messages;
    }

    /**
     * The text of a content in parts, as servers and templates of chat models read it: the texts,
     * joined by line breaks. A part of another type is a reason, since an answer about a picture
     * says nothing without it.
     */
    private static String joined(JsonNode parts, String field) throws RejectedRecordException {
        List<String> texts = new ArrayList<>();
        for (JsonNode part : parts) {
            if (!(part instanceof ObjectNode object)) {
                throw new RejectedRecordException("wrong_type:" + field);
            }
            RecordFields fields = new RecordFields(object);
            String type = fields.text("type");
            if (!type.equals("text")) {
                throw new RejectedRecordException(
                        "content_part:" + (OTHER_PARTS.contains(type) ? type : "unknown"));
            }
            texts.add(fields.anyText("text"));
        }
        String text = String.join("\n", texts);
        if (text.isBlank()) {
            throw new RejectedRecordException("empty_text:" + field);
        }
        return text;
    }

    /** A conversation that ends with a user message. */
    public List<Message> prompt(String field) throws RejectedRecordException {
        List<Message> messages = messages(field);
        if (!messages.get(messages.size() - 1).role().equals("user")) {
            throw new RejectedRecordException("unknown_value:role");
        }
        return messages;
    }

    public @Nullable JsonNode optionalArray(String field) throws RejectedRecordException {
        JsonNode node = find(field);
        if (node != null && !node.isArray()) {
            throw new RejectedRecordException("wrong_type:" + field);
        }
        return node;
    }

    public @Nullable Map<String, Object> optionalObject(String field)
            throws RejectedRecordException {
        JsonNode node = find(field);
        if (node == null) {
            return null;
        }
        if (!(node instanceof ObjectNode object)) {
            throw new RejectedRecordException("wrong_type:" + field);
        }
        return values(object);
    }

    /** The object {@code meta} and every field that is not in the list; null if there is none. */
    public @Nullable Map<String, Object> meta(Set<String> knownFields)
            throws RejectedRecordException {
        Map<String, Object> meta = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : record.properties()) {
            if (!knownFields.contains(entry.getKey()) && !entry.getKey().equals("meta")) {
                meta.put(entry.getKey(), value(entry.getValue()));
            }
        }
        Map<String, Object> own = optionalObject("meta");
        if (own != null) {
            meta.putAll(own);
        }
        return meta.isEmpty() ? null : meta;
    }

    /** The field, or null if it is absent or null. */
    public @Nullable JsonNode find(String field) {
        JsonNode node = record.get(field);
        return node == null || node.isNull() ? null : node;
    }

    private static Map<String, Object> values(ObjectNode object) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            values.put(entry.getKey(), value(entry.getValue()));
        }
        return values;
    }

    /** A tree as maps, lists, texts, numbers and booleans. */
    public static @Nullable Object value(JsonNode node) {
        if (node.isTextual()) {
            return node.textValue();
        }
        if (node instanceof ObjectNode object) {
            return values(object);
        }
        if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>(node.size());
            node.forEach(entry -> list.add(value(entry)));
            return list;
        }
        if (node.isNumber()) {
            return node.numberValue();
        }
        return node.isBoolean() ? node.booleanValue() : null;
    }

    private static String textOf(JsonNode node, String field) throws RejectedRecordException {
        if (!node.isTextual()) {
            throw new RejectedRecordException("wrong_type:" + field);
        }
        if (node.textValue().isBlank()) {
            throw new RejectedRecordException("empty_text:" + field);
        }
        return node.textValue();
    }

    private static double numberOf(JsonNode node, String field) throws RejectedRecordException {
        if (!node.isNumber()) {
            throw new RejectedRecordException("wrong_type:" + field);
        }
        if (!Double.isFinite(node.doubleValue())) { // a literal such as 1e309
            throw new RejectedRecordException("out_of_range:" + field);
        }
        return node.doubleValue();
    }

    private static <T> T required(String field, @Nullable T value) throws RejectedRecordException {
        if (value == null) {
            throw new RejectedRecordException("missing_field:" + field);
        }
        return value;
    }
}
