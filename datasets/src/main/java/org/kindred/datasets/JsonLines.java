package org.kindred.datasets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file of JSON objects, one a line, read line by line as the reference policy says: plain or gzip
 * by its first two bytes; UTF-8; a byte order mark is removed; {@code \n} and {@code \r\n} end a
 * line; blank lines are skipped but counted. A bad line is reported and reading goes on.
 *
 * <p>Reasons given here: {@code bad_utf8} (also for half surrogate pairs, which cannot be stored),
 * {@code line_too_long} (above 64 MiB), {@code bad_json}, {@code torn_line}, {@code
 * wrong_type:record}, and {@code bad_gzip} for the place where a compressed file is damaged, after
 * which nothing more can be read.
 */
public final class JsonLines {
    /** Doubled keys are found when the tree is built, so that the parser need not remember them. */
    private static final ObjectReader TREES =
            Json.mapper().reader().without(StreamReadFeature.STRICT_DUPLICATE_DETECTION);

    /** Takes a record; throws to have the line set aside. */
    @FunctionalInterface
    public interface Reader {
        void read(ObjectNode record, long line) throws RejectedRecordException;
    }

    private JsonLines() {}

    /**
     * Reads a whole file with the memory of one line.
     *
     * @return the number of lines, blank ones included
     * @throws KindredException if the file cannot be opened or the disk fails
     */
    public static long read(Path file, Reader reader, Consumer<Quarantined> setAside) {
        String name = String.valueOf(file.getFileName());
        try (TextLines lines = TextLines.open(file)) {
            for (RawRecord line = lines.next(); line != null; line = lines.next()) {
                try {
                    ObjectNode record = parse(line);
                    if (record != null) {
                        reader.read(record, line.place());
                    }
                } catch (RejectedRecordException e) {
                    setAside.accept(new Quarantined(name, line.place(), e.reason()));
                }
            }
            return lines.count();
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
    }

    /**
     * The object that the bytes hold, or null if they are blank. Pure; safe in many threads.
     *
     * @throws RejectedRecordException with one of the reasons above
     */
    public static @Nullable ObjectNode parse(RawRecord raw) throws RejectedRecordException {
        if (raw.problem() != null) {
            throw new RejectedRecordException(raw.problem());
        }
        if (!isUtf8(raw.bytes())) {
            throw new RejectedRecordException("bad_utf8");
        }
        JsonNode node;
        try {
            node = startsAsObject(raw.bytes()) ? fromBytes(raw.bytes()) : fromText(raw.bytes());
        } catch (IOException e) {
            throw new RejectedRecordException(raw.ended() ? "bad_json" : "torn_line");
        }
        if (node == null) {
            return null;
        }
        if (mayHoldHalfPair(raw.bytes()) && holdsHalfPair(node)) {
            throw new RejectedRecordException("bad_utf8");
        }
        if (!(node instanceof ObjectNode record)) {
            throw new RejectedRecordException("wrong_type:record");
        }
        return record;
    }

    /**
     * Jackson guesses the encoding of bytes from the first four: only where they begin as an object
     * does can it not guess anything but UTF-8.
     */
    private static boolean startsAsObject(ByteBuffer bytes) {
        int at = bytes.position();
        return bytes.remaining() > 1 && bytes.get(at) == '{' && bytes.get(at + 1) != 0;
    }

    private static JsonNode fromBytes(ByteBuffer bytes) throws IOException {
        return TREES.readTree(
                bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }

    private static @Nullable JsonNode fromText(ByteBuffer bytes) throws JsonProcessingException {
        String text = StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
        return text.isBlank() ? null : Json.mapper().readTree(text);
    }

    private static boolean isUtf8(ByteBuffer bytes) {
        int from = bytes.arrayOffset() + bytes.position();
        return Utf8.isValid(bytes.array(), from, from + bytes.remaining());
    }

    /** Looks for the escape of a half; a search in Latin-1 is one instruction for many bytes. */
    private static boolean mayHoldHalfPair(ByteBuffer bytes) {
        String text =
                new String(
                        bytes.array(),
                        bytes.arrayOffset() + bytes.position(),
                        bytes.remaining(),
                        StandardCharsets.ISO_8859_1);
        return text.contains("\\ud") || text.contains("\\uD");
    }

    private static boolean holdsHalfPair(JsonNode node) {
        if (node.isTextual()) {
            return isBroken(node.textValue());
        }
        if (node instanceof ObjectNode object) {
            for (var entry : object.properties()) {
                if (isBroken(entry.getKey()) || holdsHalfPair(entry.getValue())) {
                    return true;
                }
            }
            return false;
        }
        for (JsonNode child : node) {
            if (holdsHalfPair(child)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBroken(String text) {
        return !StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
