package org.kindred.policy.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.checkpoint.JsonFields;

/**
 * How text is cut before byte-level BPE, by the name that llama.cpp gives the rule ({@code
 * tokenizer.ggml.pre}). Each pattern cuts what the ones before left; the pieces between matches
 * stay as they are.
 */
enum PreTokenizer {
    /** What llama.cpp falls back to; no published model's own rule. */
    DEFAULT(
            List.of("default", ""),
            false,
            "[\\p{P}\\$\\+<=>\\^~\\|]+",
            Patterns.GPT2,
            "\\p{N}+",
            "[0-9][0-9][0-9]"),
    GPT2(
            List.of("gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "gigachat"),
            false,
            Patterns.GPT2),
    DIGITS(
            List.of(
                    "smollm",
                    "starcoder",
                    "refact",
                    "command-r",
                    "codeshell",
                    "exaone",
                    "minerva-7b"),
            false,
            "\\p{N}",
            Patterns.GPT2),
    QWEN2(
            List.of("qwen2", "deepseek-r1-qwen", "kormo", "megrez", "stablelm2"),
            false,
            Patterns.words("\\p{N}")),
    /** Words of the vocabulary are taken whole, whatever the merges say. */
    LLAMA3(
            List.of("llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral"),
            true,
            Patterns.words("\\p{N}{1,3}")),
    DBRX(List.of("dbrx", "smaug-bpe"), false, Patterns.words("\\p{N}{1,3}")),
    TEKKEN(List.of("tekken"), true, Patterns.TEKKEN);

    /** In a class of its own, since constants of an enum cannot come before its values. */
    private static final class Patterns {
        static final String GPT2 =
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
        static final String TEKKEN =
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
                        + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

        static String words(String number) {
            return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
                    + number
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        }
    }

    private final List<String> names;
    private final boolean ignoresMerges;
    private final String[] patterns;

    PreTokenizer(List<String> names, boolean ignoresMerges, String... patterns) {
        this.names = names;
        this.ignoresMerges = ignoresMerges;
        this.patterns = patterns;
    }

    /** The rule with a name, or null if it is not known. */
    static @Nullable PreTokenizer of(String name) {
        return Arrays.stream(values())
                .filter(rule -> rule.names.contains(name))
                .findFirst()
                .orElse(null);
    }

    static String knownNames() {
        TreeSet<String> all = new TreeSet<>();
        for (PreTokenizer rule : values()) {
            all.addAll(rule.names);
        }
        all.remove("");
        return String.join(", ", all);
    }

    /** Whether a piece that is a token needs no merges to become one. */
    boolean ignoresMerges() {
        return ignoresMerges;
    }

    /** Whether a text begins with the begin-of-text token where the file does not say. */
    boolean addsBos() {
        return this == LLAMA3 || this == TEKKEN;
    }

    /** As {@code tokenizer.json} has it: the cuts, then bytes as characters. */
    ObjectNode json() {
        ObjectNode sequence = JsonFields.newObject().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        for (String pattern : patterns) {
            ObjectNode split = steps.addObject().put("type", "Split");
            split.putObject("pattern").put("Regex", pattern);
            split.put("behavior", "Isolated").put("invert", false);
        }
        steps.add(byteLevel());
        return sequence;
    }

    static ObjectNode byteLevel() {
        return JsonFields.newObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
    }
}
