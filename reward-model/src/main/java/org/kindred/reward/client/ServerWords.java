package org.kindred.reward.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.kindred.datasets.Json;
import org.kindred.datasets.Message;

/** What a server says with a refusal, for people, and what of it may be shown. */
final class ServerWords {
    private static final int LONGEST = 300;

    /** So many characters in common with a prompt are no coincidence. */
    private static final int REPEATED = 16;

    private ServerWords() {}

    /**
     * The message of a refusal: {@code {"error": {"message", "param"}}}, {@code {"error": text}},
     * {@code {"message"}} or {@code {"detail"}}, as servers write it; else plain text. What they
     * repeat as {@code input} is left out.
     */
    static String of(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        try {
            return cut(of(Json.mapper().readTree(text)));
        } catch (JsonProcessingException e) {
            String plain = text.stripLeading();
            return plain.startsWith("<") ? "a page of HTML" : cut(plain);
        }
    }

    /** Likewise of what was read already; empty if it says nothing. */
    static String of(JsonNode root) {
        JsonNode error = root.path("error");
        if (error.isTextual()) {
            return cut(error.textValue());
        }
        if (error.isObject()) {
            JsonNode param = error.path("param");
            String message = error.path("message").asText("");
            return cut(param.isTextual() ? message + " (" + param.textValue() + ")" : message);
        }
        if (root.path("message").isTextual()) {
            return cut(root.path("message").textValue());
        }
        JsonNode detail = root.path("detail");
        List<String> details = new ArrayList<>();
        if (detail.isTextual()) {
            details.add(detail.textValue());
        }
        for (JsonNode one : detail) {
            StringBuilder where = new StringBuilder();
            one.path("loc").forEach(part -> where.append(part.asText()).append(' '));
            details.add((where + one.path("msg").asText("")).strip());
        }
        return cut(String.join("; ", details));
    }

    private static String cut(String text) {
        String line = text.strip();
        line = line.length() > LONGEST ? line.substring(0, LONGEST) + " ..." : line;
        StringBuilder plain = new StringBuilder(line.length());
        line.chars().forEach(c -> plain.append(Character.isISOControl(c) ? ' ' : (char) c));
        return plain.toString();
    }

    /** The words, unless they repeat a part of what was asked: that is a person's text. */
    static String shown(String words, List<Message> asked) {
        for (int from = 0; from + REPEATED <= words.length(); from++) {
            String part = words.substring(from, from + REPEATED);
            if (asked.stream().anyMatch(message -> message.content().contains(part))) {
                return "(the server's words repeat the prompt and are not shown)";
            }
        }
        return words;
    }
}
