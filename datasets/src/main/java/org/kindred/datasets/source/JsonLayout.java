package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;
import org.kindred.datasets.RejectedRecordException;

/**
 * A file of JSON objects: one a line, the entries of an array, or the rows of a parquet file.
 *
 * @param idField where the id of a record stands
 * @param marks tells the objects of this layout from others
 */
record JsonLayout(String name, String idField, Predicate<ObjectNode> marks, Conversion conversion)
        implements Layout {

    /** What an object gives; pure. */
    @FunctionalInterface
    interface Conversion {
        Rows convert(ObjectNode record, long place) throws RejectedRecordException;
    }

    /** True for objects that have all of the fields. */
    static Predicate<ObjectNode> having(String... fields) {
        return object -> {
            for (String field : fields) {
                if (!object.has(field)) {
                    return false;
                }
            }
            return true;
        };
    }

    /** True for objects that have one of the fields. */
    static Predicate<ObjectNode> havingAny(String... fields) {
        return object -> {
            for (String field : fields) {
                if (object.has(field)) {
                    return true;
                }
            }
            return false;
        };
    }

    @Override
    public long matches(FileHead head) {
        try {
            return head.objects().stream().filter(marks).count();
        } catch (IOException e) {
            return 0; // reading it will say why
        }
    }

    @Override
    public RawRecords open(Path file) throws IOException {
        return Container.of(file).open(file, marks);
    }

    @Override
    public @Nullable Rows parse(RawRecord record) throws RejectedRecordException {
        ObjectNode object = JsonLines.parse(record);
        return object == null ? null : conversion.convert(object, record.place());
    }

    @Override
    public @Nullable String id(RawRecord record) {
        try {
            ObjectNode object = JsonLines.parse(record);
            JsonNode id = object == null ? null : object.get(idField);
            return id == null || !id.isValueNode() || id.isNull() ? null : id.asText();
        } catch (RejectedRecordException e) {
            return null; // not even an object
        }
    }
}
