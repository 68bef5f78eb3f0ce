package org.kindred.policy.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;

/**
 * What the native library does not tell about a {@code tokenizer.json}: its added tokens, the ids
 * of some tokens by their text, and how many ids there are. Read as a stream, since vocabularies
 * are large and the native library holds its own copy.
 *
 * @param added tokens that are recognised in raw text before anything else
 * @param ids of the tokens that were asked for, as far as they exist
 * @param vocabularySize largest id + 1
 */
record TokenizerFile(List<AddedToken> added, Map<String, Integer> ids, int vocabularySize) {

    /**
     * A token recognised as a whole.
     *
     * @param special marks turns or the like; such text in a message must not be recognised
     * @param normalized whether it is looked for after the normaliser has changed the text
     */
    record AddedToken(int id, String content, boolean special, boolean normalized) {}

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
                List.copyOf(reader.added), Map.copyOf(reader.ids), reader.largestId + 1);
    }

    private static final class Reader {
        private final Path file;
        private final Set<String> wanted;
        private final List<AddedToken> added = new ArrayList<>();
        private final Map<String, Integer> ids = new HashMap<>();
        private int largestId = -1;

        Reader(Path file, Set<String> wanted) {
            this.file = file;
            this.wanted = wanted;
        }

        void read(JsonParser parser) throws IOException {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw bad("expected a JSON object");
            }
            for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                if (key.equals("added_tokens") && value == JsonToken.START_ARRAY) {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        readAdded(parser);
                    }
                } else if (key.equals("model") && value == JsonToken.START_OBJECT) {
                    readModel(parser);
                } else {
                    parser.skipChildren();
                }
            }
            if (largestId < 0) {
                throw bad("model.vocab: no tokens found");
            }
        }

        private void readAdded(JsonParser parser) throws IOException {
            Integer id = null;
            String content = null;
            boolean special = false;
            boolean normalized = false;
            for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                parser.nextToken();
                switch (key) {
                    case "id" -> id = readId(parser);
                    case "content" -> content = parser.getValueAsString();
                    case "special" -> special = parser.getValueAsBoolean();
                    case "normalized" -> normalized = parser.getValueAsBoolean();
                    default -> parser.skipChildren();
                }
            }
            if (id == null || content == null || content.isEmpty()) {
                throw bad("added_tokens: each entry needs id and content");
            }
            added.add(new AddedToken(id, content, special, normalized));
            note(content, id);
        }

        private void readModel(JsonParser parser) throws IOException {
            for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                if (key.equals("vocab") && value == JsonToken.START_OBJECT) {
                    for (String token = parser.nextFieldName();
                            token != null;
                            token = parser.nextFieldName()) {
                        parser.nextToken();
                        note(token, readId(parser));
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }

        private int readId(JsonParser parser) throws IOException {
            boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
            long id = whole ? parser.getValueAsLong(-1) : -1;
            if (id < 0 || id > MAX_ID) {
                throw bad("token ids must be integers from 0 to " + MAX_ID);
            }
            return (int) id;
        }

        private void note(@Nullable String token, int id) {
            largestId = Math.max(largestId, id);
            if (wanted.contains(token)) {
                ids.putIfAbsent(token, id); // added tokens come first and take precedence
            }
        }

        private KindredException bad(String problem) {
            return new KindredException(file + ": " + problem);
        }
    }
}
