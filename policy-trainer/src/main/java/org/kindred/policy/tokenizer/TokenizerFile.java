package org.kindred.policy.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.JsonFields;

/**
 * What the native library does not tell about a {@code tokenizer.json}: its added tokens, the ids
 * of some tokens by their text, and how many ids there are. Read as a stream, since vocabularies
 * are large and the native library holds its own copy.
 *
 * @param file where it stands
 * @param added tokens that are recognised in raw text before anything else, with their ids
 * @param ids of the tokens that were asked for, as far as they exist
 * @param modelTokens entries of the vocabulary without added ones
 * @param vocabularySize largest id + 1
 * @param list where the list of added tokens stands
 * @param complete whether the file itself holds all of the added tokens
 */
record TokenizerFile(
        Path file,
        Map<AddedToken, Integer> added,
        Map<String, Integer> ids,
        int modelTokens,
        int vocabularySize,
        Span list,
        boolean complete) {

    /**
     * Bytes of a file.
     *
     * @param from of the opening bracket, or behind the file's opening brace where there is none
     * @param to behind the closing bracket, or as {@code from}
     */
    record Span(long from, long to) {}

    /** Above any real file; the native library would read it into memory whole. */
    private static final long MAX_BYTES = 256L << 20;

    private static final int MAX_ID = 1 << 24;
    private static final JsonFactory JSON = new JsonFactory();

    static TokenizerFile read(Path file, Set<String> wanted) {
        Reader reader = new Reader(file, wanted);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new KindredException(
                        file + ": " + Files.size(file) + " bytes, at most " + MAX_BYTES);
            }
            try (JsonParser parser = JSON.createParser(file.toFile())) {
                reader.read(parser);
            }
        } catch (JsonProcessingException e) {
            throw new KindredException(
                    file
                            + ": not valid JSON at line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()));
        } catch (IOException e) {
            throw new KindredException(
                    file + ": cannot be read (" + e + "); a fast tokenizer's file is needed", e);
        }
        return new TokenizerFile(
                file,
                reader.added,
                Map.copyOf(reader.ids),
                reader.modelTokens,
                reader.largestId + 1,
                new Span(reader.listFrom, reader.listTo),
                true);
    }

    /**
     * With the tokens that the files beside it declare, in the order and with the ids that
     * transformers gives them: those with a number first, then those with a role and the extra ones
     * that are not among the added tokens yet. One that exists keeps its id and takes the declared
     * flags.
     *
     * @throws KindredException if a new token would not get the id that it is declared with
     */
    TokenizerFile with(DeclaredTokens declared) {
        Completion completion = new Completion();
        if (declared.legacy()) {
            // Tokens of the file that have a role are special, whatever the file says.
            Set<String> named = new HashSet<>();
            declared.named().values().forEach(token -> named.add(token.content()));
            added.forEach(
                    (token, id) -> {
                        if (!token.special() && named.contains(token.content())) {
                            completion.add(token.asSpecial(), null);
                        }
                    });
        }
        Set<Integer> taken = Set.copyOf(added.values());
        declared.numbered()
                .forEach(
                        (id, token) -> {
                            // transformers lets the file's own token win where both have one id
                            if (!declared.legacy() || !taken.contains(id)) {
                                completion.add(token, id);
                            }
                        });
        for (AddedToken token : declared.named().values()) {
            completion.addIfAbsent(token);
        }
        declared.extra().forEach(completion::addIfAbsent);
        Map<String, Integer> known = new HashMap<>(ids);
        completion.ids.forEach(known::put);
        int largest = known.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
        Map<AddedToken, Integer> all = new LinkedHashMap<>();
        completion.tokens.forEach((content, token) -> all.put(token, completion.ids.get(content)));
        return new TokenizerFile(
                file,
                all,
                Map.copyOf(known),
                modelTokens,
                Math.max(vocabularySize, largest + 1),
                list,
                all.equals(added));
    }

    /** Content of added tokens to token and id. */
    private final class Completion {
        private final Map<String, AddedToken> tokens = new LinkedHashMap<>();
        private final Map<String, Integer> ids = new HashMap<>();
        private int largest = -1;

        Completion() {
            added.forEach(
                    (token, id) -> {
                        tokens.put(token.content(), token);
                        ids.put(token.content(), id);
                        largest = Math.max(largest, id);
                    });
        }

        void addIfAbsent(AddedToken token) {
            if (!tokens.containsKey(token.content())) {
                add(token, null);
            }
        }

        void add(AddedToken token, @Nullable Integer declared) {
            String content = token.content();
            if (!ids.containsKey(content)) {
                Integer inModel = TokenizerFile.this.ids.get(content);
                int id = inModel == null ? Math.max(largest + 1, modelTokens) : inModel;
                if (declared != null && declared != id) {
                    throw new KindredException(
                            file.resolveSibling(TokenizerSettings.FILE)
                                    + ": gives the token \""
                                    + content
                                    + "\" the id "
                                    + declared
                                    + ", but behind the tokens of tokenizer.json it is "
                                    + id
                                    + "; the two files belong to different tokenizers. Save the"
                                    + " tokenizer again with transformers");
                }
                ids.put(content, id);
                largest = Math.max(largest, id);
            }
            AddedToken before = tokens.get(content);
            // The library forgets no special token, whatever a later entry says.
            boolean special = before != null && before.special();
            tokens.put(content, special ? token.asSpecial() : token);
        }
    }

    /** The file's bytes with all of the added tokens in its list. */
    byte[] completed() {
        try {
            byte[] bytes = Files.readAllBytes(file);
            ArrayNode tokens = JsonFields.newObject().putArray("added_tokens");
            added.forEach((token, id) -> tokens.add(token.toJson(id)));
            boolean absent = list.from() == list.to();
            String text = absent ? "\"added_tokens\":" + tokens + "," : tokens.toString();
            ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + text.length());
            out.write(bytes, 0, Math.toIntExact(list.from()));
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.write(bytes, Math.toIntExact(list.to()), bytes.length - (int) list.to());
            return out.toByteArray();
        } catch (IOException e) {
            throw new KindredException(file + ": cannot be read (" + e + ")", e);
        }
    }

    private static final class Reader {
        private final Path file;
        private final Set<String> wanted;
        private final Map<AddedToken, Integer> added = new LinkedHashMap<>();
        private final Map<String, Integer> ids = new HashMap<>();
        private int largestId = -1;
        private int modelTokens;
        private long listFrom;
        private long listTo;

        Reader(Path file, Set<String> wanted) {
            this.file = file;
            this.wanted = wanted;
        }

        void read(JsonParser parser) throws IOException {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw bad("expected a JSON object");
            }
            listFrom = parser.currentTokenLocation().getByteOffset() + 1;
            listTo = listFrom;
            List<Map<String, Integer>> vocabulary = new ArrayList<>();
            for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                if (key.equals("added_tokens") && value == JsonToken.START_ARRAY) {
                    listFrom = parser.currentTokenLocation().getByteOffset();
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        readAdded(parser);
                    }
                    listTo = parser.currentTokenLocation().getByteOffset() + 1;
                } else if (key.equals("model") && value == JsonToken.START_OBJECT) {
                    vocabulary.add(readModel(parser));
                } else {
                    parser.skipChildren();
                }
            }
            vocabulary.forEach(model -> model.forEach(ids::putIfAbsent)); // added ones go before
            if (largestId < 0) {
                throw bad("model.vocab: no tokens found");
            }
        }

        private void readAdded(JsonParser parser) throws IOException {
            Integer id = null;
            String content = null;
            boolean singleWord = false;
            boolean lstrip = false;
            boolean rstrip = false;
            boolean special = false;
            boolean normalized = false;
            for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                parser.nextToken();
                switch (key) {
                    case "id" -> id = readId(parser);
                    case "content" -> content = parser.getValueAsString();
                    case "single_word" -> singleWord = parser.getValueAsBoolean();
                    case "lstrip" -> lstrip = parser.getValueAsBoolean();
                    case "rstrip" -> rstrip = parser.getValueAsBoolean();
                    case "special" -> special = parser.getValueAsBoolean();
                    case "normalized" -> normalized = parser.getValueAsBoolean();
                    default -> parser.skipChildren();
                }
            }
            if (id == null || content == null || content.isEmpty()) {
                throw bad("added_tokens: each entry needs id and content");
            }
            added.put(new AddedToken(content, singleWord, lstrip, rstrip, normalized, special), id);
            largestId = Math.max(largestId, id);
            if (wanted.contains(content)) {
                ids.putIfAbsent(content, id);
            }
        }

        /** Ids of wanted tokens of the vocabulary: a map of texts to ids, or a list of pieces. */
        private Map<String, Integer> readModel(JsonParser parser) throws IOException {
            Map<String, Integer> found = new HashMap<>();
            for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                if (key.equals("vocab") && value == JsonToken.START_OBJECT) {
                    for (String token = parser.nextFieldName();
                            token != null;
                            token = parser.nextFieldName()) {
                        parser.nextToken();
                        note(token, readId(parser), found);
                    }
                } else if (key.equals("vocab") && value == JsonToken.START_ARRAY) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        if (parser.currentToken() != JsonToken.START_ARRAY
                                || parser.nextToken() != JsonToken.VALUE_STRING
                                || modelTokens > MAX_ID) {
                            throw bad(
                                    "model.vocab: a list must hold pairs of piece and score, at"
                                            + " most "
                                            + MAX_ID);
                        }
                        note(parser.getText(), modelTokens, found);
                        while (parser.nextToken() != JsonToken.END_ARRAY) {
                            parser.skipChildren();
                        }
                    }
                } else {
                    parser.skipChildren();
                }
            }
            return found;
        }

        private int readId(JsonParser parser) throws IOException {
            boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
            long id = whole ? parser.getValueAsLong(-1) : -1;
            if (id < 0 || id > MAX_ID) {
                throw bad("token ids must be integers from 0 to " + MAX_ID);
            }
            return (int) id;
        }

        private void note(String token, int id, Map<String, Integer> found) {
            modelTokens++;
            largestId = Math.max(largestId, id);
            if (wanted.contains(token)) {
                found.putIfAbsent(token, id);
            }
        }

        private KindredException bad(String problem) {
            return new KindredException(file + ": " + problem);
        }
    }
}
