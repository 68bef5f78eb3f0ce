package org.kindred.policy.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.checkpoint.JsonFields;

/**
 * The tokenizer of a GGUF file as {@code tokenizer.json}, {@code tokenizer_config.json} (with the
 * chat template) and {@code generation_config.json}.
 *
 * <p>Two kinds are written. {@code gpt2} is byte-level BPE: vocabulary and merges as they are, cut
 * by a {@link PreTokenizer}. {@code llama} is SentencePiece's BPE, which has scores and no merges:
 * any two tokens whose texts make a third may merge, the higher score first, which is how
 * transformers converts such models too. Others are refused by name.
 */
final class GgufTokenizer {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final String MODEL = PREFIX + "model";
    private static final String PRE = PREFIX + "pre";
    private static final String MERGES = PREFIX + "merges";
    private static final String SCORES = PREFIX + "scores";

    /** SentencePiece's blank. */
    private static final String BLANK = "\u2581";

    /** Above SentencePiece's own limit; bounds what a hostile vocabulary can cost. */
    private static final int MAX_PIECE_LENGTH = 512;

    private final GgufMetadata metadata;
    private final GgufTokens tokens;

    GgufTokenizer(GgufMetadata metadata, GgufTokens tokens) {
        this.metadata = metadata;
        this.tokens = tokens;
    }

    /**
     * Writes the three files.
     *
     * @param contextTokens the longest text, for the settings
     */
    void write(Path folder, int contextTokens) {
        JsonFields.write(folder.resolve("tokenizer.json"), tokenizer());
        JsonFields.write(folder.resolve("tokenizer_config.json"), settings(contextTokens));
        JsonFields.write(folder.resolve("generation_config.json"), generation());
    }

    /** The content of {@code tokenizer.json}. */
    ObjectNode tokenizer() {
        return switch (metadata.requireText(MODEL)) {
            case "gpt2" -> byteLevel();
            case "llama" -> sentencePiece();
            default ->
                    throw metadata.unexpected(
                            MODEL,
                            "gpt2 (byte-level BPE) or llama (SentencePiece BPE); other tokenizers are"
                                    + " not supported. Take the model's Hugging Face folder");
        };
    }

    private ObjectNode byteLevel() {
        String name = metadata.text(PRE);
        PreTokenizer rule = PreTokenizer.of(name == null ? "" : name);
        if (rule == null) {
            throw metadata.unexpected(PRE, "one of " + PreTokenizer.knownNames());
        }
        ObjectNode json = JsonFields.newObject();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        putAdded(json);
        if ("qwen2".equals(name)) {
            json.putObject("normalizer").put("type", "NFC"); // as in the folders of Qwen 2 and 3
        } else {
            json.putNull("normalizer");
        }
        json.set("pre_tokenizer", rule.json());
        json.set("post_processor", additions(rule.addsBos(), PreTokenizer.byteLevel()));
        json.set("decoder", PreTokenizer.byteLevel());
        ObjectNode model = json.putObject("model").put("type", "BPE");
        for (String unused :
                List.of(
                        "dropout",
                        "unk_token",
                        "continuing_subword_prefix",
                        "end_of_word_suffix")) {
            model.putNull(unused);
        }
        model.put("fuse_unk", false).put("byte_fallback", false);
        model.put("ignore_merges", rule.ignoresMerges());
        Set<String> known = putVocabulary(model, vocabularyEnd());
        ArrayNode merges = model.putArray("merges");
        int rank = 0;
        for (String merge : metadata.strings(MERGES)) {
            int blank = merge.indexOf(' ', 1);
            boolean right =
                    blank > 0
                            && known.contains(merge.substring(0, blank))
                            && known.contains(merge.substring(blank + 1))
                            && known.contains(
                                    merge.substring(0, blank) + merge.substring(blank + 1));
            if (!right) {
                throw metadata.bad(
                        MERGES,
                        "merge "
                                + rank
                                + " is \""
                                + GgufMetadata.shown(merge)
                                + "\", expected two tokens that make a third, with a blank between");
            }
            merges.add(merge);
            rank++;
        }
        return json;
    }

    private ObjectNode sentencePiece() {
        for (String refused : List.of("remove_extra_whitespaces", "treat_whitespace_as_suffix")) {
            if (metadata.booleanOr(PREFIX + refused, false)) {
                throw metadata.unexpected(PREFIX + refused, "false: it is not supported");
            }
        }
        if (metadata.has(PREFIX + "precompiled_charsmap")) {
            throw metadata.bad(
                    PREFIX + "precompiled_charsmap",
                    "a text normaliser, which is not supported. Take the model's Hugging Face folder");
        }
        boolean prefixed = metadata.booleanOr(PREFIX + "add_space_prefix", true);
        ObjectNode json = JsonFields.newObject();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        putAdded(json);
        ArrayNode normalizers =
                json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        if (prefixed) {
            normalizers.addObject().put("type", "Prepend").put("prepend", BLANK);
        }
        putReplace(normalizers.addObject(), " ", BLANK);
        json.putNull("pre_tokenizer");
        json.set("post_processor", additions(true, null));
        ArrayNode decoders = json.putObject("decoder").put("type", "Sequence").putArray("decoders");
        putReplace(decoders.addObject(), BLANK, " ");
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        if (prefixed) {
            decoders.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
        ObjectNode model = json.putObject("model").put("type", "BPE").putNull("dropout");
        model.put("unk_token", tokens.unk() == null ? null : tokens.text(tokens.unk()));
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", true).put("byte_fallback", true).put("ignore_merges", false);
        putVocabulary(model, tokens.size());
        ArrayNode merges = model.putArray("merges");
        for (Merge merge : merges()) {
            merges.add(merge.left() + " " + merge.right());
        }
        return json;
    }

    /** Two tokens that become one. */
    private record Merge(String left, String right, float score) {}

    private List<Merge> merges() {
        float[] scores = metadata.floats(SCORES);
        if (scores.length != tokens.size()) {
            throw metadata.bad(
                    SCORES,
                    scores.length
                            + " scores for "
                            + tokens.size()
                            + " tokens; the file is damaged");
        }
        Map<String, Integer> normal = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            String text = tokens.text(id);
            if (tokens.kind(id) == GgufTokens.Kind.NORMAL && !text.isEmpty()) {
                if (Float.isNaN(scores[id])) {
                    throw metadata.bad(SCORES, "the score of token " + id + " is not a number");
                }
                if (text.length() > MAX_PIECE_LENGTH || text.indexOf(' ') >= 0) {
                    throw metadata.bad(
                            GgufTokens.TOKENS,
                            "token "
                                    + id
                                    + " has a blank or more than "
                                    + MAX_PIECE_LENGTH
                                    + " characters; the file is damaged");
                }
                normal.put(text, id);
            }
        }
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            String text = tokens.text(id);
            if (tokens.kind(id) != GgufTokens.Kind.NORMAL) {
                continue;
            }
            for (int cut = 1; cut < text.length(); cut++) {
                String left = text.substring(0, cut);
                String right = text.substring(cut);
                if (normal.containsKey(left) && normal.containsKey(right)) {
                    merges.add(new Merge(left, right, scores[id]));
                }
            }
        }
        // Of equal scores the longer left part comes first, as transformers sorts them.
        merges.sort(
                Comparator.comparingDouble(Merge::score)
                        .thenComparingInt(merge -> merge.left().length())
                        .thenComparingInt(merge -> merge.right().length())
                        .thenComparing(merge -> normal.get(merge.left()))
                        .thenComparing(merge -> normal.get(merge.right()))
                        .reversed());
        return merges;
    }

    private static void putReplace(ObjectNode step, String from, String to) {
        step.put("type", "Replace").putObject("pattern").put("String", from);
        step.put("content", to);
    }

    private void putAdded(ObjectNode json) {
        ArrayNode added = json.putArray("added_tokens");
        for (int id = 0; id < tokens.size(); id++) {
            if (tokens.added(id)) {
                ObjectNode token = added.addObject().put("id", id).put("content", tokens.text(id));
                for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                    token.put(flag, false);
                }
                token.put("special", tokens.special(id));
            }
        }
    }

    /**
     * Where the vocabulary of the model ends: before the added tokens where they follow it without
     * a gap, as publishers write it, since a rule that takes words whole must not find them there.
     */
    private int vocabularyEnd() {
        int size = tokens.size();
        while (size > 0 && !tokens.used(size - 1)) {
            size--;
        }
        int end = size;
        while (end > 0 && tokens.added(end - 1)) {
            end--;
        }
        for (int id = 0; id < end; id++) {
            if (!tokens.used(id)) {
                return size; // ids of added tokens would be counted from another number
            }
        }
        return end == 0 ? size : end;
    }

    /**
     * @return texts of the tokens written
     */
    private Set<String> putVocabulary(ObjectNode model, int end) {
        ObjectNode vocabulary = model.putObject("vocab");
        Set<String> known = new HashSet<>();
        for (int id = 0; id < end; id++) {
            if (tokens.used(id)) {
                vocabulary.put(tokens.text(id), id);
                known.add(tokens.text(id));
            }
        }
        return known;
    }

    /** Begin and end tokens around a text, where the file asks for them. */
    private @Nullable ObjectNode additions(boolean addsBos, @Nullable ObjectNode none) {
        Integer bos = addition("bos", addsBos, tokens.bos());
        Integer eos = addition("eos", false, tokens.eos());
        if (bos == null && eos == null) {
            return none;
        }
        ObjectNode json = JsonFields.newObject().put("type", "TemplateProcessing");
        for (String kind : List.of("single", "pair")) {
            ArrayNode parts = json.putArray(kind);
            for (String text : kind.equals("single") ? List.of("A") : List.of("A", "B")) {
                putSpecial(parts, bos);
                parts.addObject().putObject("Sequence").put("id", text).put("type_id", 0);
                putSpecial(parts, eos);
            }
        }
        ObjectNode special = json.putObject("special_tokens");
        for (Integer id : new Integer[] {bos, eos}) {
            if (id != null) {
                ObjectNode token = special.putObject(tokens.text(id)).put("id", tokens.text(id));
                token.putArray("ids").add(id);
                token.putArray("tokens").add(tokens.text(id));
            }
        }
        return json;
    }

    private @Nullable Integer addition(String role, boolean absent, @Nullable Integer id) {
        String key = PREFIX + "add_" + role + "_token";
        if (!metadata.booleanOr(key, absent)) {
            return null;
        }
        if (id == null && metadata.has(key)) {
            throw metadata.unexpected(
                    key, "false, since there is no " + PREFIX + role + "_token_id");
        }
        return id;
    }

    private void putSpecial(ArrayNode parts, @Nullable Integer id) {
        if (id != null) {
            parts.addObject()
                    .putObject("SpecialToken")
                    .put("id", tokens.text(id))
                    .put("type_id", 0);
        }
    }

    private ObjectNode settings(int contextTokens) {
        ObjectNode json = JsonFields.newObject();
        putRole(json, "bos_token", tokens.bos());
        putRole(json, "eos_token", tokens.eos());
        putRole(json, "pad_token", tokens.pad());
        putRole(json, "unk_token", tokens.unk());
        json.put("clean_up_tokenization_spaces", false);
        json.put("model_max_length", contextTokens);
        json.put("tokenizer_class", "PreTrainedTokenizerFast");
        String template = metadata.text(GgufTokens.TEMPLATE);
        Set<String> named = metadata.keys(GgufTokens.TEMPLATE + ".");
        if (named.isEmpty()) {
            json.put("chat_template", template);
        } else {
            ArrayNode templates = json.putArray("chat_template");
            if (template != null) {
                templates.addObject().put("name", "default").put("template", template);
            }
            for (String key : named) {
                templates
                        .addObject()
                        .put("name", key.substring(GgufTokens.TEMPLATE.length() + 1))
                        .put("template", metadata.requireText(key));
            }
        }
        return json;
    }

    private void putRole(ObjectNode json, String role, @Nullable Integer id) {
        if (id != null) {
            json.put(role, tokens.text(id));
        }
    }

    private ObjectNode generation() {
        ObjectNode json = JsonFields.newObject();
        if (tokens.bos() != null) {
            json.put("bos_token_id", tokens.bos());
        }
        List<Integer> ends = tokens.ends();
        if (ends.size() == 1) {
            json.put("eos_token_id", ends.get(0));
        } else if (!ends.isEmpty()) {
            ArrayNode ids = json.putArray("eos_token_id");
            ends.forEach(ids::add);
        }
        if (tokens.pad() != null) {
            json.put("pad_token_id", tokens.pad());
        }
        return json;
    }
}
