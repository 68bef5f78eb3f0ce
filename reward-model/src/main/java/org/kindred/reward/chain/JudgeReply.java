package org.kindred.reward.chain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.text.Normalizer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kindred.datasets.Json;
import org.kindred.datasets.Reasoning;

/**
 * What a language model wrote, as all readers of replies take it apart. Tolerant where one reading
 * exists, and no more: reasoning before the answer is passed over ({@link Reasoning}); a JSON
 * object may stand in a code fence and among words; raw line breaks inside its texts and one comma
 * before a closing bracket are read; numbers may be in quotes and may say {@code 7.6/10}. Refused
 * are single or curly quotes, unescaped quotes inside texts, decimal commas, and a second object:
 * to read them would be to guess. Linear in the length of the reply, whatever it holds.
 */
public final class JudgeReply {
    private static final int LONGEST = 200_000;
    private static final double LEAST = 0;
    private static final double MOST = 10;
    private static final Pattern NUMBER =
            Pattern.compile(
                    "([+-]?(?:\\d{1,15}(?:\\.\\d{0,15})?|\\.\\d{1,15})(?:[eE][+-]?\\d{1,3})?)"
                            + "(?:[ \\t]{0,4}/[ \\t]{0,4}10)?");
    private static final ObjectReader LENIENT =
            Json.mapper()
                    .reader()
                    .with(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                    .with(JsonReadFeature.ALLOW_TRAILING_COMMA);

    private JudgeReply() {}

    /** A reply that cannot be used; the message is a few words without any text of the reply. */
    public static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;
        private final String reason;

        public Unreadable(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }

        public String reason() {
            return reason;
        }

        /** As outcomes tell it: {@code MALFORMED(no block)}. */
        public String code() {
            return "MALFORMED(" + reason + ")";
        }
    }

    /**
     * The reply without the reasoning before it.
     *
     * @throws Unreadable if nothing is left, or it is longer than any answer
     */
    public static String answer(String reply) throws Unreadable {
        if (reply.isBlank()) {
            throw new Unreadable("empty");
        }
        Reasoning.Split split = Reasoning.splitReply(reply);
        String answer = split.answer();
        if (answer.isBlank()) {
            throw new Unreadable("reasoning alone");
        }
        if (answer.length() > LONGEST) {
            throw new Unreadable("too long");
        }
        return answer;
    }

    /**
     * The one JSON object of a text.
     *
     * @param text words without braces and brackets may stand around the object, code fences too
     * @throws Unreadable if there is none, or more than one
     */
    public static JsonNode object(String text) throws Unreadable {
        int from = text.indexOf('{');
        int to = from < 0 ? -1 : end(text, from);
        if (from < 0) {
            throw new Unreadable(text.indexOf('[') < 0 ? "not a JSON object" : "bad JSON");
        }
        if (to < 0 || isStructured(text, 0, from) || isStructured(text, to, text.length())) {
            throw new Unreadable("bad JSON");
        }
        try {
            return LENIENT.readTree(text.substring(from, to));
        } catch (JsonProcessingException e) {
            boolean twice = String.valueOf(e.getOriginalMessage()).startsWith("Duplicate");
            throw new Unreadable(twice ? "duplicate key" : "bad JSON");
        }
    }

    /** Behind the brace that closes the one at {@code open}; -1 if none does. */
    private static int end(String text, int open) {
        int depth = 0;
        boolean quoted = false;
        for (int i = open; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }

    private static boolean isStructured(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if ("{}[]".indexOf(text.charAt(i)) >= 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * A number, bare or in quotes, also as a share of ten and in full-width digits.
     *
     * @throws Unreadable if it is anything else
     */
    public static double number(JsonNode entry) throws Unreadable {
        String text =
                entry.isNumber()
                        ? entry.asText()
                        : entry.isTextual() && entry.textValue().length() < 64
                                ? Normalizer.normalize(entry.textValue(), Normalizer.Form.NFKC)
                                        .strip()
                                : "";
        Matcher number = NUMBER.matcher(text);
        if (!number.matches()) {
            throw new Unreadable("not a number");
        }
        return Double.parseDouble(number.group(1));
    }

    /**
     * A number from 0 to 10.
     *
     * @throws Unreadable if it is none
     */
    public static double mark(JsonNode entry) throws Unreadable {
        double value = number(entry);
        if (!(value >= LEAST && value <= MOST)) {
            throw new Unreadable("out of range");
        }
        return value;
    }
}
