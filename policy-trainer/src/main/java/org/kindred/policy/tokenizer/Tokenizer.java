package org.kindred.policy.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Reasoning;
import org.kindred.policy.checkpoint.DurableFile;
import org.kindred.policy.checkpoint.NativeLibraries;

/**
 * The tokenizer of a model folder, by the same native library that transformers uses. Nothing is
 * cut or padded, whatever the file says. Safe for use by several threads; close it when done.
 *
 * <p>Deviation from transformers: {@code clean_up_tokenization_spaces} is never applied, since it
 * would change what the model wrote.
 */
public final class Tokenizer implements AutoCloseable {
    private static final String TOKENIZER = "tokenizer.json";
    private static final List<String> FILES =
            List.of(
                    TOKENIZER,
                    TokenizerSettings.FILE,
                    TokenizerSettings.SPECIAL_TOKENS,
                    TokenizerSettings.GENERATION,
                    DeclaredTokens.ADDED,
                    ChatTemplates.FILE);

    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "false", "padding", "false");

    static {
        // The native code is inside the jar. Without this the library looks for other builds of it
        // on the network, and reports its start from some clouds.
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
    }

    private final Path folder;
    private final HuggingFaceTokenizer library;
    private final TokenizerFile file;
    private final TokenizerSettings settings;
    private final ChatTemplates templates;
    private final SpecialTextGuard guard;
    private final Set<Integer> specialIds;
    private final Set<Integer> reasoningTags;

    private Tokenizer(
            Path folder,
            TokenizerFile file,
            TokenizerSettings settings,
            ChatTemplates templates,
            HuggingFaceTokenizer library) {
        this.folder = folder;
        this.file = file;
        this.settings = settings;
        this.templates = templates;
        this.library = library;
        this.guard =
                new SpecialTextGuard(
                        file.added().keySet().stream()
                                .filter(AddedToken::special)
                                .map(AddedToken::content)
                                .toList());
        this.specialIds =
                file.added().entrySet().stream()
                        .filter(e -> e.getKey().special())
                        .map(Map.Entry::getValue)
                        .collect(Collectors.toSet());
        this.reasoningTags =
                file.added().entrySet().stream()
                        .filter(e -> e.getKey().special() && isReasoningTag(e.getKey().content()))
                        .map(Map.Entry::getValue)
                        .collect(Collectors.toSet());
    }

    private static boolean isReasoningTag(String text) {
        return Reasoning.isOpenAtEnd(text) || Reasoning.splitReply("x" + text).present();
    }

    /**
     * Loads {@code tokenizer.json} of a folder with its settings: {@code tokenizer_config.json},
     * {@code special_tokens_map.json}, {@code added_tokens.json}, {@code chat_template.jinja},
     * {@code generation_config.json}, as far as they exist. Tokens that stand beside {@code
     * tokenizer.json} are added as transformers adds them ({@link DeclaredTokens}).
     *
     * @throws KindredException if a file is missing or broken, or gives a token another id than the
     *     tokenizer does
     */
    public static Tokenizer load(Path folder) {
        Path path = folder.resolve(TOKENIZER);
        DeclaredTokens declared = DeclaredTokens.read(folder);
        TokenizerFile file = TokenizerFile.read(path, declared.contents()).with(declared);
        TokenizerSettings settings = TokenizerSettings.read(folder, declared, file.ids());
        ChatTemplates templates =
                ChatTemplates.read(folder, folder.resolve(TokenizerSettings.FILE));
        NativeLibraries.load(
                "the tokenizers",
                () -> {
                    LibUtils.checkStatus();
                    return true;
                });
        try {
            HuggingFaceTokenizer library =
                    file.complete()
                            ? HuggingFaceTokenizer.newInstance(path, OPTIONS)
                            : HuggingFaceTokenizer.newInstance(
                                    new ByteArrayInputStream(file.completed()), OPTIONS);
            return new Tokenizer(folder, file, settings, templates, library);
        } catch (IOException | RuntimeException e) {
            throw new KindredException(
                    path + ": the tokenizer library refused it: " + e.getMessage(), e);
        }
    }

    /**
     * Ids of a text. Special tokens written in the text are recognised, as in Hugging Face; for
     * text from users or models use {@link #chat}. Lone surrogates count as U+FFFD.
     *
     * @param addSpecial whether the tokenizer's own additions, such as a begin-of-text token, are
     *     made
     */
    public int[] encode(String text, boolean addSpecial) {
        return toInts(encoding(text, addSpecial).getIds());
    }

    /**
     * Ids of text from users or models: what spells a special token is encoded as ordinary text.
     */
    public int[] encodeContent(String text) {
        refuseNormalizedSpecials(text);
        if (!guard.applies(text)) {
            return encode(text, false);
        }
        char mark = SpecialTextGuard.unusedMark(text, "");
        return encodeParts(guard.markText(text, mark), mark);
    }

    private int[] encodeParts(String marked, char mark) {
        return Arrays.stream(marked.split(String.valueOf(mark), -1))
                .flatMapToInt(part -> Arrays.stream(encode(part, false)))
                .toArray();
    }

    /**
     * The tokens of an answer ({@link #encodeContent}) and the end token, where there is one, which
     * belongs to it.
     */
    public int[] encodeEnded(String text) {
        int[] tokens = encodeContent(text);
        if (eosIds().isEmpty()) {
            return tokens;
        }
        int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
        ended[tokens.length] = eosIds().get(0);
        return ended;
    }

    /** The tokens of {@link #encode} in the notation of the vocabulary, for inspection. */
    public List<String> tokens(String text, boolean addSpecial) {
        return List.of(encoding(text, addSpecial).getTokens());
    }

    /**
     * Text of ids; incomplete UTF-8 gives U+FFFD, ids outside the vocabulary give nothing.
     *
     * @param skipSpecial whether special tokens are left out
     */
    public String decode(int[] ids, boolean skipSpecial) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0) {
                throw new IllegalArgumentException("id " + ids[i] + ": must not be negative");
            }
            wide[i] = ids[i];
        }
        return library.decode(wide, skipSpecial);
    }

    /**
     * What a completion says: special tokens left out, but for tags of reasoning, without which the
     * reasoning could not be told from the answer.
     */
    public String text(int[] ids) {
        StringBuilder text = new StringBuilder();
        int start = 0;
        for (int i = 0; i < ids.length; i++) {
            if (reasoningTags.contains(ids[i])) {
                text.append(decode(Arrays.copyOfRange(ids, start, i), true))
                        .append(decode(new int[] {ids[i]}, false));
                start = i + 1;
            }
        }
        return start == 0
                ? decode(ids, true)
                : text.append(decode(Arrays.copyOfRange(ids, start, ids.length), true)).toString();
    }

    /** Whether the token is special. */
    public boolean isSpecial(int id) {
        return specialIds.contains(id);
    }

    /** {@link #render(ChatInput)} of plain messages. */
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        return render(ChatInput.of(messages, addGenerationPrompt));
    }

    /**
     * The prompt as text, as transformers renders it. Encoding this text would recognise special
     * tokens that a message spells; use {@link #chat} instead.
     *
     * @throws KindredException if there is no template, it refuses the conversation or is not
     *     supported
     */
    public String render(ChatInput input) {
        return templates.select(hasTools(input)).render(variables(input));
    }

    /** {@link #chat(ChatInput)} of plain messages. */
    public int[] chat(List<Message> messages, boolean addGenerationPrompt) {
        return chat(ChatInput.of(messages, addGenerationPrompt));
    }

    /**
     * Ids of the rendered prompt, the same as transformers gives, except that text of messages and
     * variables never becomes a special token: what spells one is encoded as ordinary text. {@link
     * #decode} without skipping gives exactly {@link #render(ChatInput)} (where the tokenizer does
     * not normalise).
     *
     * @throws KindredException as {@link #render(ChatInput)}
     */
    public int[] chat(ChatInput input) {
        List<Object> untrusted = List.of(input.messages(), input.variables());
        refuseNormalizedSpecials(untrusted);
        if (!guard.applies(untrusted)) {
            return encode(render(input), false);
        }
        char mark = SpecialTextGuard.unusedMark(untrusted, templates.source(hasTools(input)));
        ChatInput marked =
                new ChatInput(
                        input.messages().stream().map(m -> guard.markMap(m, mark)).toList(),
                        input.addGenerationPrompt(),
                        guard.markMap(input.variables(), mark));
        return encodeParts(render(marked), mark);
    }

    /** Number of ids: the largest one in use + 1. A model's embedding may have more rows. */
    public int vocabularySize() {
        return file.vocabularySize();
    }

    /** The tokens with a role. */
    public SpecialTokens specialTokens() {
        return settings.specialTokens();
    }

    /**
     * Added tokens with ids from a number on: where that is the number of a model's embeddings,
     * those that it can neither read nor write.
     */
    public List<String> addedFrom(int id) {
        return file.added().entrySet().stream()
                .filter(e -> e.getValue() >= id)
                .map(e -> e.getKey().content())
                .toList();
    }

    /** As {@link #vocabularySize}, without added tokens behind the vocabulary. */
    public int modelVocabularySize() {
        Set<Integer> added = Set.copyOf(file.added().values());
        int size = vocabularySize();
        while (size > 0 && added.contains(size - 1)) {
            size--;
        }
        return size;
    }

    /**
     * Ids that end a completion: the tokenizer's end token, which comes first, and those of {@code
     * generation_config.json}, or where that names none of {@code config.json}. Empty if nothing
     * names any.
     */
    public List<Integer> eosIds() {
        return settings.eosIds();
    }

    /**
     * The id to pad with: the padding token, else the end token, else the padding that the settings
     * of generation or model name, else the first of {@link #eosIds}.
     *
     * @throws KindredException if nothing names any
     */
    public int padId() {
        SpecialTokens special = settings.specialTokens();
        if (special.padId() != null) {
            return special.padId();
        } else if (special.eosId() != null) {
            return special.eosId();
        } else if (settings.generationPadId() != null) {
            return settings.generationPadId();
        } else if (!settings.eosIds().isEmpty()) {
            return settings.eosIds().get(0);
        }
        throw new KindredException(
                folder.resolve(TokenizerSettings.FILE)
                        + ": names neither a pad_token nor an eos_token, and generation_config.json and"
                        + " config.json no eos_token_id; name the token that ends a text there");
    }

    /**
     * Copies the tokenizer's files into a folder, which must exist. Where the files there would end
     * a completion otherwise than {@link #eosIds}, its {@code generation_config.json} is mended:
     * whoever loads the folder stops where we did.
     */
    public void save(Path target) {
        for (String name : FILES) {
            Path source = folder.resolve(name);
            if (!Files.exists(source)) {
                continue;
            }
            try {
                if (Files.exists(target.resolve(name))
                        && Files.isSameFile(source, target.resolve(name))) {
                    continue;
                }
                DurableFile.write(target.resolve(name), Files.readAllBytes(source));
            } catch (IOException e) {
                throw new KindredException(source + ": cannot be read (" + e + ")", e);
            }
        }
        DeclaredTokens declared = DeclaredTokens.read(target);
        settings.writeEnds(target, TokenizerSettings.read(target, declared, file.ids()));
    }

    @Override
    public void close() {
        library.close();
    }

    private static boolean hasTools(ChatInput input) {
        return input.variables().get("tools") != null;
    }

    private Map<String, Object> variables(ChatInput input) {
        Map<String, Object> variables = new HashMap<>(settings.roles());
        variables.put("tools", null);
        variables.put("documents", null);
        variables.putAll(input.variables());
        variables.put("messages", input.messages());
        variables.put("add_generation_prompt", input.addGenerationPrompt());
        return variables;
    }

    /**
     * A special token that is looked for in normalised text can be spelled in ways that {@link
     * SpecialTextGuard} does not see. Such tokenizers are rare; there, each text is tried.
     */
    private void refuseNormalizedSpecials(Object untrusted) {
        Set<Integer> ids =
                file.added().entrySet().stream()
                        .filter(e -> e.getKey().special() && e.getKey().normalized())
                        .map(Map.Entry::getValue)
                        .collect(Collectors.toSet());
        if (ids.isEmpty()) {
            return;
        }
        SpecialTextGuard.eachText(
                untrusted,
                text -> {
                    char mark = SpecialTextGuard.unusedMark(text, "");
                    String marked = guard.markText(text, mark);
                    for (String part : marked.split(String.valueOf(mark), -1)) {
                        if (Arrays.stream(encode(part, false)).anyMatch(ids::contains)) {
                            throw new KindredException(
                                    folder.resolve(TOKENIZER)
                                            + ": a message's text normalises to a special token;"
                                            + " the message was refused");
                        }
                    }
                });
    }

    private Encoding encoding(String text, boolean addSpecial) {
        return library.encode(wellFormed(text), addSpecial, false);
    }

    private static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                i++;
            } else {
                repaired = repaired == null ? new StringBuilder(text) : repaired;
                repaired.setCharAt(i, '\uFFFD');
            }
        }
        return repaired == null ? text : repaired.toString();
    }

    private static int[] toInts(long[] ids) {
        return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }
}
