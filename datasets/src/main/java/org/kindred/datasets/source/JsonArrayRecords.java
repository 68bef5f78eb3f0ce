package org.kindred.datasets.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.ByteSource;
import org.kindred.datasets.Json;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;

/**
 * The entries of one JSON array, cut out of the bytes by brackets and quotes.
 *
 * <p>A damaged entry can hide where it ends, for example when a quote is missing. Then the next
 * place is taken at which an object follows a comma and looks like an entry; what lies before it is
 * one bad entry. Without such a place the rest of the file is.
 */
final class JsonArrayRecords implements RawRecords {
    /** Other than a whole entry, an entry inside a damaged one is followed by more. */
    private static final ObjectReader FIRST_VALUE =
            Json.mapper().reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final ByteSource in;
    private final Window window;
    private final Predicate<ObjectNode> looksLikeEntry;
    private long count;
    private boolean opened;
    private boolean finished;

    private JsonArrayRecords(ByteSource in, Predicate<ObjectNode> looksLikeEntry) {
        this.in = in;
        this.window = new Window(in);
        this.looksLikeEntry = looksLikeEntry;
    }

    /**
     * @param looksLikeEntry tells an entry from an object inside one
     */
    static JsonArrayRecords open(Path file, Predicate<ObjectNode> looksLikeEntry)
            throws IOException {
        return new JsonArrayRecords(ByteSource.open(file), looksLikeEntry);
    }

    @Override
    public @Nullable RawRecord next() throws IOException {
        if (!opened) {
            opened = true;
            window.advance(window.at(2) < 0 ? 0 : ByteSource.markLength(window.copy(0, 3)));
            skip();
            if (window.at(0) >= 0 && window.at(0) != '{') {
                window.advance(1); // the bracket, or what stands in its place
            }
        }
        skip();
        while (!finished && window.at(0) == ']' && !isEndOfFile()) {
            window.advance(1); // a bracket that a damaged entry left behind
            skip();
        }
        int first = finished ? -1 : window.at(0);
        if (first == ']' || first < 0) {
            boolean broken = window.isDamaged() && !finished;
            finished = true;
            return broken
                    ? new RawRecord(count++, ByteBuffer.allocate(0), false, "bad_gzip")
                    : null;
        }
        int length = entryLength();
        if (length > 0 && isJson(length)) {
            return entry(length, true, null);
        }
        int seen = length > 0 ? length : seenLength();
        int next = nextEntry(seen);
        if (next > 0) {
            return entry(next, true, null);
        }
        if (length > 0) {
            return entry(length, true, null);
        }
        finished = true;
        return entry(
                seen,
                false,
                window.isDamaged()
                        ? "bad_gzip"
                        : seen >= Window.MAX_BYTES ? "line_too_long" : null);
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public long bytesRead() {
        return in.bytesRead();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private RawRecord entry(int length, boolean ended, @Nullable String problem) {
        byte[] bytes = window.copy(0, length);
        int end = length;
        while (end > 0 && (isSpace(bytes[end - 1]) || bytes[end - 1] == ',')) {
            end--;
        }
        window.advance(length);
        return new RawRecord(count++, ByteBuffer.wrap(bytes, 0, end), ended, problem);
    }

    /** Steps over spaces and the comma between entries. */
    private void skip() throws IOException {
        for (int b = window.at(0); b == ',' || isSpace(b); b = window.at(0)) {
            window.advance(1);
        }
    }

    private boolean isEndOfFile() throws IOException {
        int at = 1;
        while (isSpace(window.at(at))) {
            at++;
        }
        return window.at(at) < 0;
    }

    /** Bytes up to the end of the entry, or 0 if the file or the limit ends first. */
    private int entryLength() throws IOException {
        int depth = 0;
        boolean text = false;
        for (int i = 0; i < Window.MAX_BYTES; i++) {
            int b = window.at(i);
            if (b < 0) {
                return 0;
            } else if (text) {
                if (b == '\\') {
                    i++;
                } else if (b == '"') {
                    text = false;
                }
            } else if (b == '"') {
                text = true;
            } else if (b == '{' || b == '[') {
                depth++;
            } else if (depth == 0 && (b == ',' || b == ']')) {
                return Math.max(1, i);
            } else if (b == '}' || b == ']') {
                depth--;
                if (depth <= 0) {
                    return i + 1;
                }
            }
        }
        return 0;
    }

    private int seenLength() throws IOException {
        int length = 0;
        while (length < Window.MAX_BYTES && window.at(length) >= 0) {
            length++;
        }
        return length;
    }

    private boolean isJson(int length) {
        try {
            return Json.mapper().readTree(window.array(), window.index(0), length) != null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Offset of the next object that looks like an entry, or 0. */
    private int nextEntry(int within) throws IOException {
        boolean afterComma = false;
        for (int i = 1; i < within; i++) {
            int b = window.at(i);
            if (b == '{' && afterComma && isEntry(i)) {
                return i;
            }
            afterComma = b == ',' || (afterComma && isSpace(b));
        }
        return 0;
    }

    private boolean isEntry(int offset) throws IOException {
        while (true) {
            int loaded = window.loaded();
            try (JsonParser parser =
                    Json.mapper()
                            .createParser(window.array(), window.index(offset), loaded - offset)) {
                JsonNode node = FIRST_VALUE.readTree(parser);
                return node instanceof ObjectNode object && looksLikeEntry.test(object);
            } catch (JsonEOFException e) {
                if (loaded >= offset + Window.MAX_BYTES || window.at(loaded) < 0) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
    }

    private static boolean isSpace(int b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
