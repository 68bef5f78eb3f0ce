package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.ByteSource;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;

/**
 * The records of a CSV file with a header (RFC 4180: quoted fields may hold commas, line ends and
 * doubled quotes).
 *
 * <p>A stray quote hides where its record ends. Where a record has the wrong number of columns, or
 * text behind a closing quote, or never closes one, the next line that starts a record with the
 * right number of columns is taken; what lies before it is one bad record, {@code wrong_columns}.
 * Without such a line the record is {@code torn_line} if it is broken off by the end of the file.
 */
final class CsvRecords implements RawRecords {
    private final ByteSource in;
    private final Window window;
    private final List<String> header;
    private long count;
    private boolean finished;

    /** Where a record ends and what it looks like. */
    private record Shape(int length, int columns, boolean wellFormed, boolean ended) {}

    private CsvRecords(ByteSource in) throws IOException {
        this.in = in;
        this.window = new Window(in);
        window.advance(window.at(2) < 0 ? 0 : ByteSource.markLength(window.copy(0, 3)));
        Shape shape = shape(0);
        this.header = fields(ByteBuffer.wrap(window.copy(0, shape.length())));
        window.advance(shape.length());
    }

    static CsvRecords open(Path file) throws IOException {
        ByteSource in = ByteSource.open(file);
        try {
            return new CsvRecords(in);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    List<String> header() {
        return header;
    }

    @Override
    public @Nullable RawRecord next() throws IOException {
        while (window.at(0) == '\n' || window.at(0) == '\r') {
            window.advance(1); // an empty line is no record
        }
        if (finished || window.at(0) < 0) {
            boolean broken = window.isDamaged() && !finished;
            finished = true;
            return broken
                    ? new RawRecord(++count, ByteBuffer.allocate(0), false, "bad_gzip")
                    : null;
        }
        Shape shape = shape(0);
        if (isGood(shape)) {
            return record(shape.length(), shape.ended(), null);
        }
        for (int i = 0; i < shape.length(); i++) {
            if (window.at(i) == '\n' && i + 1 < shape.length() && isGood(shape(i + 1))) {
                return record(i + 1, true, "wrong_columns");
            }
        }
        if (!shape.ended()) {
            finished = true;
            return record(shape.length(), false, window.isDamaged() ? "bad_gzip" : "torn_line");
        }
        return record(shape.length(), true, "wrong_columns");
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

    /**
     * The fields of a well-formed record.
     *
     * @throws CharacterCodingException if it is no UTF-8
     */
    static List<String> fields(ByteBuffer record) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8.newDecoder().decode(record.duplicate()).toString();
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        int at = 0;
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
            end--;
        }
        while (true) {
            field.setLength(0);
            if (at < end && text.charAt(at) == '"') {
                at++;
                while (at < end) {
                    char c = text.charAt(at++);
                    if (c == '"' && at < end && text.charAt(at) == '"') {
                        at++;
                    } else if (c == '"') {
                        break;
                    }
                    field.append(c);
                }
            } else {
                while (at < end && text.charAt(at) != ',') {
                    field.append(text.charAt(at++));
                }
            }
            fields.add(field.toString());
            if (at >= end || text.charAt(at) != ',') {
                return fields;
            }
            at++;
        }
    }

    private boolean isGood(Shape shape) {
        return shape.wellFormed() && shape.columns() == header.size();
    }

    private RawRecord record(int length, boolean ended, @Nullable String problem) {
        byte[] bytes = window.copy(0, length);
        window.advance(length);
        return new RawRecord(++count, ByteBuffer.wrap(bytes), ended, problem);
    }

    private Shape shape(int from) throws IOException {
        int columns = 1;
        int at = from;
        boolean fieldStarts = true;
        while (at - from < Window.MAX_BYTES) {
            int b = window.at(at);
            if (b < 0 || b == '\n') {
                return new Shape(at - from + (b < 0 ? 0 : 1), columns, true, b == '\n');
            }
            if (b == '"' && fieldStarts) {
                at = closingQuote(at);
                int after = at < 0 ? -1 : window.at(at + 1);
                if (at < 0) {
                    int seen = Math.min(window.loaded() - from, Window.MAX_BYTES);
                    return new Shape(seen, columns, false, false);
                }
                boolean ends = after < 0 || after == '\n' || after == '\r' || after == ',';
                if (!ends) {
                    return new Shape(lineEnd(at) - from, columns, false, true);
                }
            } else if (b == ',') {
                columns++;
            }
            fieldStarts = b == ',';
            at++;
        }
        return new Shape(at - from, columns, false, true);
    }

    /** Index of the quote that closes the one at {@code open}, or -1. */
    private int closingQuote(int open) throws IOException {
        for (int at = open + 1; at - open < Window.MAX_BYTES; at++) {
            int b = window.at(at);
            if (b < 0) {
                return -1;
            }
            if (b == '"') {
                if (window.at(at + 1) != '"') {
                    return at;
                }
                at++;
            }
        }
        return -1;
    }

    private int lineEnd(int from) throws IOException {
        int at = from;
        while (window.at(at) >= 0 && window.at(at) != '\n') {
            at++;
        }
        return window.at(at) < 0 ? at : at + 1;
    }
}
