package org.kindred.policy.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.kindred.policy.checkpoint.JsonFields;

/**
 * A token that is recognised as a whole, before a text is cut into pieces.
 *
 * @param singleWord whether only between characters that form no word
 * @param lstrip whether blanks before it belong to it
 * @param rstrip whether blanks behind it belong to it
 * @param normalized whether it is looked for after the normaliser has changed the text
 * @param special marks turns or the like; such text in a message must not be recognised
 */
record AddedToken(
        String content,
        boolean singleWord,
        boolean lstrip,
        boolean rstrip,
        boolean normalized,
        boolean special) {

    /** A special token as transformers makes it of a text alone. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }

    /** A token that is only known by its text and number ({@code added_tokens.json}). */
    static AddedToken legacy(String content, boolean special) {
        return new AddedToken(content, false, false, false, !special, special);
    }

    /** From an object with {@code content} and flags, which are false unless given. */
    static AddedToken of(JsonNode json, boolean special) {
        return new AddedToken(
                json.path("content").asText(),
                json.path("single_word").asBoolean(),
                json.path("lstrip").asBoolean(),
                json.path("rstrip").asBoolean(),
                json.path("normalized").asBoolean(!special),
                special);
    }

    AddedToken asSpecial() {
        return new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
    }

    /** An entry of {@code added_tokens}. */
    ObjectNode toJson(int id) {
        ObjectNode json = JsonFields.newObject();
        json.put("id", id);
        json.put("content", content);
        json.put("single_word", singleWord);
        json.put("lstrip", lstrip);
        json.put("rstrip", rstrip);
        json.put("normalized", normalized);
        json.put("special", special);
        return json;
    }
}
