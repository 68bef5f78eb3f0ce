package org.kindred.datasets.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.kindred.datasets.Json;

/** Preferences and tasks as the lines of a canonical file, written on the thread that parsed. */
record EncodedRows(byte[] preferences, byte[] tasks) {

    static EncodedRows of(Rows rows) {
        return new EncodedRows(lines(rows.preferences()), lines(rows.tasks()));
    }

    private static byte[] lines(List<?> rows) {
        if (rows.isEmpty()) {
            return new byte[0];
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 11);
        try {
            for (Object row : rows) {
                Json.writeRow(out, row);
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot fail to be written", e);
        }
        return out.toByteArray();
    }
}
