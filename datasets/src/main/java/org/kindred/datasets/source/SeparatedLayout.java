package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.TextLines;
import org.kindred.datasets.Utf8;

/**
 * Lines of fields with {@code ::} between them. A line of well-formed UTF-8 is read as that
 * (MovieLens 10M, re-encoded copies of 1M), any other as ISO-8859-1, in which GroupLens wrote
 * MovieLens-1M: a title in ISO-8859-1 is never well-formed UTF-8 unless it is ASCII, since a letter
 * with an accent would have to stand before a sign that stands in no title.
 */
record SeparatedLayout(String name, Predicate<List<String>> marks, Conversion conversion)
        implements Layout {
    private static final Charset OTHERWISE = StandardCharsets.ISO_8859_1;
    private static final String SEPARATOR = "::";

    /** What the fields of a line give; pure. */
    @FunctionalInterface
    interface Conversion {
        Rows convert(List<String> fields) throws RejectedRecordException;
    }

    @Override
    public long matches(FileHead head) {
        try {
            return head.lines(OTHERWISE).stream()
                    .map(SeparatedLayout::fields)
                    .filter(marks)
                    .count();
        } catch (IOException e) {
            return 0; // reading it will say why
        }
    }

    @Override
    public RawRecords open(Path file) throws IOException {
        return TextLines.open(file);
    }

    @Override
    public @Nullable Rows parse(RawRecord record) throws RejectedRecordException {
        if (record.problem() != null) {
            throw new RejectedRecordException(record.problem());
        }
        String text = text(record);
        if (text.isBlank()) {
            return null;
        }
        try {
            return conversion.convert(fields(text));
        } catch (RejectedRecordException e) {
            boolean torn =
                    !record.ended()
                            && (e.reason().equals("wrong_columns")
                                    || e.reason().startsWith("missing_field:"));
            throw torn ? new RejectedRecordException("torn_line") : e;
        }
    }

    @Override
    public @Nullable String id(RawRecord record) {
        return null; // the first fields are ids of people
    }

    private static String text(RawRecord record) {
        ByteBuffer bytes = record.bytes().duplicate();
        int from = bytes.arrayOffset() + bytes.position();
        boolean utf8 = Utf8.isValid(bytes.array(), from, from + bytes.remaining());
        return (utf8 ? StandardCharsets.UTF_8 : OTHERWISE).decode(bytes).toString();
    }

    private static List<String> fields(String line) {
        return Arrays.asList(line.split(SEPARATOR, -1));
    }
}
