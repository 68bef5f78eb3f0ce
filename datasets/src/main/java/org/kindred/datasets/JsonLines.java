package org.kindred.datasets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

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
            for (TextLines.Line line = lines.next(); line != null; line = lines.next()) {
                try {
                    parse(line, reader);
                } catch (RejectedRecordException e) {
                    setAside.accept(new Quarantined(name, line.number(), e.reason()));
                }
            }
            return lines.count();
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
    }

    private static void parse(TextLines.Line line, Reader reader) throws RejectedRecordException {
        if (line.problem() != null) {
            throw new RejectedRecordException(line.problem());
        }
        String text;
        try {
            text =
                    StandardCharsets.UTF_8
                            .newDecoder() // reports what is malformed instead of replacing it
                            .decode(line.bytes())
                            .toString();
        } catch (CharacterCodingException e) {
            throw new RejectedRecordException("bad_utf8");
        }
        if (text.isBlank()) {
            return;
        }
        JsonNode node;
        try {
            node = Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new RejectedRecordException(line.ended() ? "bad_json" : "torn_line");
        }
        if (mayHoldHalfPair(text) && holdsHalfPair(node)) {
            throw new RejectedRecordException("bad_utf8");
        }
        if (!(node instanceof ObjectNode record)) {
            throw new RejectedRecordException("wrong_type:record");
        }
        reader.read(record, line.number());
    }

    private static boolean mayHoldHalfPair(String text) {
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
