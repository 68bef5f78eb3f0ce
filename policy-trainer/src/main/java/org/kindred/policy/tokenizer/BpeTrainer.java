package org.kindred.policy.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kindred.policy.checkpoint.JsonFields;

/**
 * Makes a byte-level BPE tokenizer with a ChatML template from texts. The files load in
 * transformers and in {@link Tokenizer}; the same texts, in any order, give the same bytes.
 *
 * <p>Ids: special tokens, the 256 bytes, then the merges by rank. Text is split as Qwen2 does
 * (words with their leading blank, single digits, runs of punctuation), and never normalised, so
 * that decoding gives back the exact text.
 */
public final class BpeTrainer {
    /** Padding. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    /** Opens a turn of the chat template. */
    public static final String TURN_START = "<|im_start|>";

    /** Closes a turn: the end token. */
    public static final String TURN_END = "<|im_end|>";

    private static final int BYTES = 256;
    private static final String SPLIT =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final Pattern SPLITTER = Pattern.compile(SPLIT, Pattern.UNICODE_CHARACTER_CLASS);
    private static final String CHAT_TEMPLATE =
            "{% for message in messages %}"
                    + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content']"
                    + " + '<|im_end|>\\n' }}"
                    + "{% endfor %}"
                    + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /**
     * How large a vocabulary to learn.
     *
     * @param vocabularySize wanted number of ids; fewer if the texts run out of repeated pairs.
     *     Small models spend much of their parameters here: 2,048 suits a few million parameters
     * @param extraSpecialTokens special tokens beside the three of the chat template, may be empty
     * @param minPairCount a pair seen less often is not merged; 2 keeps chance neighbours out
     */
    public record Options(int vocabularySize, List<String> extraSpecialTokens, int minPairCount) {
        public Options {
            extraSpecialTokens = List.copyOf(extraSpecialTokens);
            List<String> special = new ArrayList<>(TEMPLATE_TOKENS);
            special.addAll(extraSpecialTokens);
            if (new HashSet<>(special).size() < special.size()
                    || special.stream().anyMatch(token -> token.length() < 2)) {
                throw new IllegalArgumentException(
                        "extraSpecialTokens = "
                                + extraSpecialTokens
                                + ": each must be new and at least two characters long");
            }
            if (vocabularySize < BYTES + special.size()) {
                throw new IllegalArgumentException(
                        "vocabularySize = "
                                + vocabularySize
                                + ": must be at least "
                                + (BYTES + special.size())
                                + ", the bytes and special tokens");
            }
            if (minPairCount < 1) {
                throw new IllegalArgumentException(
                        "minPairCount = " + minPairCount + ": must be at least 1");
            }
        }

        public static Options defaults() {
            return new Options(2048, List.of(), 2);
        }
    }

    private static final List<String> TEMPLATE_TOKENS = List.of(END_OF_TEXT, TURN_START, TURN_END);

    private final Options options;
    private final List<String> special = new ArrayList<>(TEMPLATE_TOKENS);
    private final List<String> tokens = new ArrayList<>();
    private final List<PairMerges.Pair> merges = new ArrayList<>();

    private BpeTrainer(Options options) {
        this.options = options;
        special.addAll(options.extraSpecialTokens());
        tokens.addAll(special);
        for (int b = 0; b < BYTES; b++) {
            tokens.add(String.valueOf(ByteAlphabet.character(b)));
        }
    }

    /**
     * Trains on the texts and writes {@code tokenizer.json}, {@code tokenizer_config.json} and
     * {@code special_tokens_map.json} into a folder, which must exist.
     */
    public static void train(Stream<String> texts, Options options, Path folder) {
        BpeTrainer trainer = new BpeTrainer(options);
        trainer.learn(countWords(texts));
        JsonFields.write(folder.resolve("tokenizer.json"), trainer.tokenizerJson());
        JsonFields.write(folder.resolve("tokenizer_config.json"), trainer.settings(true));
        JsonFields.write(folder.resolve("special_tokens_map.json"), trainer.settings(false));
    }

    private static Map<String, Long> countWords(Stream<String> texts) {
        Map<String, Long> counts = new TreeMap<>();
        for (Iterator<String> i = texts.iterator(); i.hasNext(); ) {
            for (Matcher word = SPLITTER.matcher(i.next()); word.find(); ) {
                counts.merge(word.group(), 1L, Long::sum);
            }
        }
        return counts;
    }

    private void learn(Map<String, Long> words) {
        PairMerges pairs = new PairMerges();
        words.forEach(
                (word, count) -> {
                    int[] symbols = ByteAlphabet.bytes(word);
                    for (int i = 0; i < symbols.length; i++) {
                        symbols[i] += special.size();
                    }
                    pairs.addWord(symbols, count);
                });
        pairs.start();
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            ids.put(tokens.get(id), id);
        }
        while (tokens.size() < options.vocabularySize()) {
            PairMerges.Pair pair = pairs.best(options.minPairCount());
            if (pair == null) {
                return;
            }
            String token = tokens.get(pair.left()) + tokens.get(pair.right());
            if (special.contains(token)) {
                pairs.drop(pair); // ordinary text must never spell a special token's id
                continue;
            }
            // "a" + "bc" and "ab" + "c" are two merges of one token.
            Integer known = ids.putIfAbsent(token, tokens.size());
            int id = known == null ? tokens.size() : known;
            if (known == null) {
                tokens.add(token);
            }
            merges.add(pair);
            pairs.merge(pair, id);
        }
    }

    private ObjectNode tokenizerJson() {
        ObjectNode json = JsonFields.newObject();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        for (int id = 0; id < special.size(); id++) {
            ObjectNode token = added.addObject().put("id", id).put("content", special.get(id));
            for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                token.put(flag, false);
            }
            token.put("special", true);
        }
        json.putNull("normalizer");
        ArrayNode steps =
                json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", SPLIT);
        split.put("behavior", "Isolated").put("invert", false);
        byteLevel(steps.addObject());
        byteLevel(json.putObject("post_processor"));
        byteLevel(json.putObject("decoder"));
        ObjectNode model = json.putObject("model").put("type", "BPE");
        for (String unused :
                List.of(
                        "dropout",
                        "unk_token",
                        "continuing_subword_prefix",
                        "end_of_word_suffix")) {
            model.putNull(unused);
        }
        for (String flag : List.of("fuse_unk", "byte_fallback", "ignore_merges")) {
            model.put(flag, false);
        }
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        ArrayNode ranked = model.putArray("merges");
        for (PairMerges.Pair pair : merges) {
            // The older notation, one string; no byte is written as a blank.
            ranked.add(tokens.get(pair.left()) + " " + tokens.get(pair.right()));
        }
        return json;
    }

    private static void byteLevel(ObjectNode step) {
        step.put("type", "ByteLevel").put("add_prefix_space", false);
        step.put("trim_offsets", false).put("use_regex", false);
    }

    private ObjectNode settings(boolean withTemplate) {
        ObjectNode json = JsonFields.newObject();
        json.put("eos_token", TURN_END).put("pad_token", END_OF_TEXT);
        ArrayNode others = json.putArray("additional_special_tokens").add(TURN_START);
        options.extraSpecialTokens().forEach(others::add);
        if (withTemplate) {
            json.put("tokenizer_class", "PreTrainedTokenizerFast");
            json.put("clean_up_tokenization_spaces", false);
            json.put("chat_template", CHAT_TEMPLATE);
        }
        return json;
    }
}
