package org.kindred.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.Message;

/**
 * Reads what clients send, in the shapes of the trainers. Messages name fields, never their
 * contents. Fields that are not known here are passed over, since trainers add their own.
 */
final class Requests {
    private static final String DEFAULT_RUN = "default";
    private static final int MOST_ITEMS = 100_000;
    private static final int MOST_ID = 200;

    /** What tokenizers put behind texts, besides {@code <|im_end|>} and the like. */
    private static final List<String> SPECIAL =
            List.of("</s>", "<s>", "<eos>", "<pad>", "<end_of_turn>");

    private static final Pattern MARK = Pattern.compile("<\\|[A-Za-z0-9_]{1,40}\\|>");
    private static final int LONGEST_MARK = 44;

    private Requests() {}

    /** The body as a JSON object. */
    static JsonNode object(byte[] body) {
        try {
            JsonNode read = Json.mapper().readTree(body);
            if (read != null && read.isObject()) {
                return read;
            }
            throw ServeException.malformed("body: must be a JSON object");
        } catch (JsonProcessingException e) {
            throw ServeException.malformed("body: " + Json.explain(e));
        } catch (IOException e) {
            throw ServeException.malformed("body: not valid JSON");
        }
    }

    /** {@code POST /v1/rewards}. */
    static RewardsRequest rewards(JsonNode body) {
        Normalise normalise = normalise(body.path("normalise"));
        JsonNode list = body.path("items");
        if (!list.isArray() || list.isEmpty() || list.size() > MOST_ITEMS) {
            throw ServeException.malformed("items: must be a list of 1 to " + MOST_ITEMS);
        }
        List<Item> items = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            String at = "items[" + i + "]";
            JsonNode item = list.get(i);
            if (!item.isObject()) {
                throw ServeException.malformed(at + ": must be an object");
            }
            String id =
                    isAbsent(item.path("id")) && normalise == Normalise.NONE
                            ? String.valueOf(i)
                            : word(item, at, "id");
            if (!ids.add(id)) {
                throw ServeException.malformed(at + ".id: another item of this request has it");
            }
            items.add(item(item, at, id, text(item, at, "response")));
        }
        return new RewardsRequest(
                isAbsent(body.path("run")) ? DEFAULT_RUN : string(body, "", "run"),
                step(body.path("step")),
                normalise,
                size(body.path("batch_size")),
                flag(body.path("resume"), "resume"),
                items);
    }

    private static Item item(JsonNode from, String at, String id, String response) {
        return new Item(
                id, word(from, at, "user"), text(from, at, "prompt"), response, split(from, at));
    }

    /**
     * An item as trainers pass them that send a label of the prompt: a JSON object, perhaps as a
     * string, with user, prompt (as people wrote it), split and perhaps id.
     *
     * @param prompt what the trainer says the prompt is; counts where the label has none
     * @param id where the label has none
     */
    static Item labelled(JsonNode label, String at, JsonNode prompt, String response, String id) {
        JsonNode fields = label;
        if (label.isTextual() && label.asText().stripLeading().startsWith("{")) {
            try {
                fields = Json.mapper().readTree(label.asText());
            } catch (JsonProcessingException e) {
                throw ServeException.malformed(at + ": " + Json.explain(e));
            }
        }
        if (!fields.isObject()) {
            throw ServeException.malformed(
                    at
                            + ": must be an object with user, prompt and split, or that as a string; kindred"
                            + " data export writes it");
        }
        return new Item(
                isAbsent(fields.path("id")) ? id : word(fields, at, "id"),
                word(fields, at, "user"),
                isAbsent(fields.path("prompt"))
                        ? message(prompt, at + ".prompt")
                        : text(fields, at, "prompt"),
                response,
                split(fields, at));
    }

    /**
     * What follows the prompt in a text of both, without the special tokens at its end.
     *
     * @param query prompt and response as the trainer's tokenizer wrote them
     */
    static String responseOf(String query, String prompt, String at) {
        String found = query.contains(prompt) ? prompt : prompt.strip();
        int begin = query.indexOf(found);
        if (begin < 0) {
            throw ServeException.malformed(
                    at + ": does not hold its prompt, so its response cannot be told from it");
        }
        return withoutMarks(query.substring(begin + found.length()));
    }

    private static String withoutMarks(String text) {
        String rest = text;
        String stripped = rest.stripTrailing();
        for (int mark = mark(stripped); mark > 0; mark = mark(stripped)) {
            rest = stripped.substring(0, stripped.length() - mark).stripTrailing();
            stripped = rest;
        }
        return rest;
    }

    /** Length of the special token at the end of a text; 0 where there is none. */
    private static int mark(String text) {
        for (String special : SPECIAL) {
            if (text.endsWith(special)) {
                return special.length();
            }
        }
        int open = text.endsWith("|>") ? text.lastIndexOf("<|") : -1;
        boolean isMark =
                open >= 0
                        && text.length() - open <= LONGEST_MARK
                        && MARK.matcher(text.substring(open)).matches();
        return isMark ? text.length() - open : 0;
    }

    static Normalise normalise(JsonNode value) {
        if (isAbsent(value)) {
            return Normalise.NONE;
        }
        return normalise(value.asText());
    }

    static Normalise normalise(String word) {
        try {
            return Normalise.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw ServeException.malformed("normalise: must be none, frozen, batch or stream");
        }
    }

    /** A whole number, or two: the step and the rollout within it. */
    private static @Nullable StepKey step(JsonNode value) {
        if (isAbsent(value)) {
            return null;
        }
        boolean one = isStep(value);
        boolean two =
                value.isArray()
                        && (value.size() == 1 || value.size() == 2)
                        && isStep(value.get(0))
                        && (value.size() == 1 || isStep(value.get(1)));
        if (!one && !two) {
            throw ServeException.malformed(
                    "step: must be a whole number of 0 or more, or a list of such a step and the rollout"
                            + " within it, for example [120, 0]");
        }
        return one
                ? new StepKey(value.asLong(), 0)
                : new StepKey(value.get(0).asLong(), value.path(1).asLong(0));
    }

    private static boolean isStep(JsonNode value) {
        return value.isIntegralNumber()
                && value.canConvertToLong()
                && value.asLong() >= 0
                && value.asLong() < 1_000_000_000_000_000L;
    }

    static int size(JsonNode value) {
        if (isAbsent(value)) {
            return 0;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
            throw ServeException.malformed("batch_size: must be a whole number of 1 or more");
        }
        return value.asInt();
    }

    private static boolean flag(JsonNode value, String key) {
        if (!isAbsent(value) && !value.isBoolean()) {
            throw ServeException.malformed(key + ": must be true or false");
        }
        return value.asBoolean(false);
    }

    private static boolean split(JsonNode item, String at) {
        JsonNode split = item.path("split");
        if (isAbsent(split) || split.asText().equals("train")) {
            return false;
        }
        if (!split.asText().equals("eval")) {
            throw ServeException.malformed(at + ".split: must be train or eval");
        }
        return true;
    }

    static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    /** A name: text or number, not blank. */
    static String word(JsonNode of, String at, String key) {
        JsonNode value = of.path(key);
        String text = value.isTextual() || value.isIntegralNumber() ? value.asText() : "";
        if (text.isBlank() || text.length() > MOST_ID) {
            throw ServeException.malformed(
                    path(at, key)
                            + (isAbsent(value) ? ": missing; " : ": ")
                            + "must be text of 1 to "
                            + MOST_ID
                            + " characters");
        }
        return text;
    }

    static String string(JsonNode of, String at, String key) {
        JsonNode value = of.path(key);
        if (!value.isTextual()) {
            throw ServeException.malformed(
                    path(at, key) + (isAbsent(value) ? ": missing" : ": must be text"));
        }
        return value.asText();
    }

    /** A text, or the messages of a conversation. */
    static String text(JsonNode of, String at, String key) {
        return message(of.path(key), path(at, key));
    }

    /** A text of a list. */
    static String text(JsonNode list, int index) {
        return message(list.get(index), "documents[" + index + "]");
    }

    /** One text or a list of them. */
    static List<String> texts(JsonNode of, String key) {
        JsonNode value = of.path(key);
        if (value.isTextual()) {
            return List.of(value.asText());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode one : value) {
            if (!one.isTextual()) {
                break;
            }
            texts.add(one.asText());
        }
        if (texts.isEmpty() || texts.size() != value.size()) {
            throw ServeException.malformed(key + ": must be a text or a list of texts");
        }
        return texts;
    }

    private static String message(JsonNode value, String at) {
        if (value.isTextual()) {
            return value.asText();
        }
        if (!value.isArray() || value.isEmpty()) {
            throw ServeException.malformed(
                    at
                            + (isAbsent(value) ? ": missing; " : ": ")
                            + "must be text, or a list of messages with role and content");
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : value) {
            String where = at + "[" + messages.size() + "]";
            messages.add(Message.user(string(message, where, "content")));
        }
        return Message.text(messages);
    }

    private static String path(String at, String key) {
        return at.isEmpty() ? key : at + "." + key;
    }
}
