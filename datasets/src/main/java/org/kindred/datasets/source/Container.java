package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.ByteSource;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.TextLines;

/** How the objects of a file are packed; told from its content. */
enum Container {
    LINES,
    ARRAY,
    PARQUET;

    private static final int HEAD_RECORDS = 40;
    private static final int HEAD_BYTES = 8 << 20;

    static Container of(Path file) throws IOException {
        try (ByteSource in = ByteSource.open(file)) {
            byte[] head = in.readNBytes(1 << 10);
            if (ParquetRecords.matches(head)) {
                return PARQUET;
            }
            for (int i = ByteSource.markLength(head); i < head.length; i++) {
                if (head[i] == '[') {
                    return ARRAY;
                }
                if (head[i] != ' ' && head[i] != '\n' && head[i] != '\r' && head[i] != '\t') {
                    break;
                }
            }
        } catch (EOFException | ZipException e) {
            return LINES; // which reports the damage
        }
        String name = file.toString().toLowerCase(Locale.ROOT);
        boolean document = name.endsWith(".json") || name.endsWith(".json.gz");
        return document && head(file, LINES).isEmpty() ? ARRAY : LINES;
    }

    RawRecords open(Path file, Predicate<ObjectNode> looksLikeEntry) throws IOException {
        return switch (this) {
            case LINES -> TextLines.open(file);
            case ARRAY -> JsonArrayRecords.open(file, looksLikeEntry);
            case PARQUET -> ParquetRecords.open(file);
        };
    }

    /** The objects among the first records of a file; damaged ones are passed over. */
    static List<ObjectNode> head(Path file, Container container) throws IOException {
        List<ObjectNode> objects = new ArrayList<>();
        try (RawRecords records = container.open(file, object -> object.size() > 1)) {
            RawRecord record = records.next();
            long bytes = 0;
            for (int i = 0; i < HEAD_RECORDS && record != null && bytes < HEAD_BYTES; i++) {
                bytes += record.bytes().remaining();
                ObjectNode object = object(record);
                if (object != null) {
                    objects.add(object);
                }
                record = records.next();
            }
        }
        return objects;
    }

    private static @Nullable ObjectNode object(RawRecord record) {
        try {
            return JsonLines.parse(record);
        } catch (RejectedRecordException e) {
            return null; // only looked at here; reading reports it
        }
    }
}
