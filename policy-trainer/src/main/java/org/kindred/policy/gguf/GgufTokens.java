package org.kindred.policy.gguf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The vocabulary of a GGUF file: texts, kinds and roles of its tokens. */
final class GgufTokens {
    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String TEMPLATE = "tokenizer.chat_template";
    private static final String TYPES = "tokenizer.ggml.token_type";

    /** Tokens that end a turn where the template writes them, whatever the file calls its end. */
    private static final List<String> TURN_ENDS =
            List.of(
                    "<|im_end|>",
                    "<|eot_id|>",
                    "<|eom_id|>",
                    "<|end|>",
                    "<end_of_turn>",
                    "<|end_of_text|>",
                    "<|endoftext|>",
                    "</s>");

    /** What a token is, by llama.cpp's numbers. */
    enum Kind {
        UNDEFINED,
        NORMAL,
        UNKNOWN,
        CONTROL,
        USER_DEFINED,
        UNUSED,
        BYTE
    }

    private final GgufMetadata metadata;
    private final String[] texts;
    private final Kind[] kinds;

    private GgufTokens(GgufMetadata metadata, String[] texts, Kind[] kinds) {
        this.metadata = metadata;
        this.texts = texts;
        this.kinds = kinds;
    }

    static GgufTokens read(GgufMetadata metadata) {
        String[] texts = metadata.strings(TOKENS);
        Kind[] kinds = new Kind[texts.length];
        Arrays.fill(kinds, Kind.NORMAL);
        GgufTokens tokens = new GgufTokens(metadata, texts, kinds);
        if (metadata.has(TYPES)) {
            int[] numbers = metadata.integers(TYPES);
            if (numbers.length != texts.length) {
                throw metadata.bad(
                        TYPES,
                        numbers.length
                                + " kinds for "
                                + texts.length
                                + " tokens; the file is damaged");
            }
            for (int i = 0; i < numbers.length; i++) {
                if (numbers[i] < 0 || numbers[i] >= Kind.values().length) {
                    throw metadata.bad(
                            TYPES,
                            "token " + i + " is of kind " + numbers[i] + ", known are 0 to 6");
                }
                kinds[i] = Kind.values()[numbers[i]];
            }
        } else {
            for (Integer role :
                    Arrays.asList(tokens.bos(), tokens.eos(), tokens.pad(), tokens.unk())) {
                if (role != null) {
                    kinds[role] = Kind.CONTROL;
                }
            }
        }
        tokens.refuseTwice();
        return tokens;
    }

    private void refuseTwice() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < texts.length; i++) {
            if (used(i) && !seen.add(texts[i])) {
                throw metadata.bad(
                        TOKENS,
                        "token " + i + " has the text of one before it; the file is damaged");
            }
        }
    }

    int size() {
        return texts.length;
    }

    String text(int id) {
        return texts[id];
    }

    Kind kind(int id) {
        return kinds[id];
    }

    /** Rows that only fill the embedding up, and tokens without a text, are no tokens. */
    boolean used(int id) {
        return kinds[id] != Kind.UNUSED && !texts[id].isEmpty();
    }

    /** Whether it is found in raw text before anything else. */
    boolean added(int id) {
        return used(id) && (special(id) || kinds[id] == Kind.USER_DEFINED);
    }

    /** Marks turns or the like. */
    boolean special(int id) {
        return kinds[id] == Kind.CONTROL || kinds[id] == Kind.UNKNOWN;
    }

    @Nullable Integer bos() {
        return role("bos");
    }

    @Nullable Integer eos() {
        return role("eos");
    }

    @Nullable Integer pad() {
        return role("padding");
    }

    @Nullable Integer unk() {
        return role("unknown");
    }

    /**
     * Ids that end a completion: the end of text, of a turn and of a message where the file names
     * them, and control tokens that end turns in its chat template. Old files of chat models name
     * the end of a text only.
     */
    List<Integer> ends() {
        Set<Integer> ends = new LinkedHashSet<>();
        for (String role : List.of("eos", "eot", "eom")) {
            Integer id = role(role);
            if (id != null) {
                ends.add(id);
            }
        }
        String template = metadata.text(TEMPLATE);
        for (int id = 0; template != null && id < texts.length; id++) {
            if (kinds[id] == Kind.CONTROL
                    && TURN_ENDS.contains(texts[id])
                    && template.contains(texts[id])) {
                ends.add(id);
            }
        }
        return new ArrayList<>(ends);
    }

    private @Nullable Integer role(String role) {
        String key = "tokenizer.ggml." + role + "_token_id";
        Integer id = metadata.integer(key);
        // Some writers give -1 for "none".
        if (id == null || id == -1) {
            return null;
        }
        if (id < 0 || id >= texts.length) {
            throw metadata.unexpected(key, "an id from 0 to " + (texts.length - 1));
        }
        return id;
    }
}
