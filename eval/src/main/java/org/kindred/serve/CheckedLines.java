package org.kindred.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;

/**
 * JSON lines that each carry the checksum of their content: {@code {"crc32c":"...","row":{...}}}. A
 * line whose end is missing was being written when the process was killed, and nobody was told of
 * it: it is left out. Any other damage is refused.
 */
final class CheckedLines {
    private static final String OPEN = "{\"crc32c\":\"";
    private static final String ROW = "\",\"row\":";
    private static final int DIGITS = 8;

    /**
     * Lines of a file.
     *
     * @param rows their contents
     * @param ends byte behind each line
     */
    record Read(List<JsonNode> rows, List<Long> ends) {
        /** Bytes of whole lines. */
        long length() {
            return ends.isEmpty() ? 0 : ends.get(ends.size() - 1);
        }
    }

    private CheckedLines() {}

    /** A row as its line, with the line end. */
    static String line(Object row) {
        String text = Json.line(row);
        return OPEN + sum(text) + ROW + text + "}\n";
    }

    private static String sum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    /**
     * @throws KindredException if a line is not as it was written
     */
    static Read read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw AtomicFiles.failure("reading", file, e);
        }
        List<JsonNode> rows = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                String line = new String(bytes, start, i - start, StandardCharsets.UTF_8);
                rows.add(row(file, rows.size() + 1, line));
                ends.add(i + 1L);
                start = i + 1;
            }
        }
        return new Read(rows, ends);
    }

    private static JsonNode row(Path file, int number, String line) {
        int text = OPEN.length() + DIGITS + ROW.length();
        if (line.startsWith(OPEN) && line.length() > text && line.endsWith("}")) {
            String row = line.substring(text, line.length() - 1);
            if (line.startsWith(sum(row) + ROW, OPEN.length())) {
                try {
                    return Json.mapper().readTree(row);
                } catch (JsonProcessingException e) {
                    throw damaged(file, number, Json.explain(e));
                }
            }
        }
        throw damaged(file, number, "its checksum is not that of its content");
    }

    private static KindredException damaged(Path file, int number, String why) {
        return new KindredException(
                file
                        + " is damaged: line "
                        + number
                        + ": "
                        + why
                        + ". Take the file from a copy, or remove the folder "
                        + file.toAbsolutePath().getParent()
                        + " to begin that history anew");
    }
}
