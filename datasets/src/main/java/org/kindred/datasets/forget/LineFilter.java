package org.kindred.datasets.forget;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.JsonLines;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RejectedRecordException;
import org.kindred.datasets.TextLines;

/** Leaves lines out of a file of JSON lines; the others keep their bytes. */
final class LineFilter {
    private LineFilter() {}

    /**
     * @return what was removed, empty if nothing
     */
    static String apply(Path file, Predicate<ObjectNode> leaveOut) throws IOException {
        long count = 0;
        try (TextLines lines = TextLines.open(file)) {
            for (RawRecord line = lines.next(); line != null; line = lines.next()) {
                count += matches(line, leaveOut) ? 1 : 0;
            }
        }
        if (count > 0) {
            AtomicFiles.write(file, out -> rewrite(file, leaveOut, out));
        }
        return count == 0 ? "" : count == 1 ? "1 line" : count + " lines";
    }

    private static void rewrite(Path file, Predicate<ObjectNode> leaveOut, OutputStream target)
            throws IOException {
        boolean compressed = file.toString().endsWith(".gz");
        OutputStream out = compressed ? new GZIPOutputStream(target) : target;
        try (TextLines lines = TextLines.open(file)) {
            for (RawRecord line = lines.next(); line != null; line = lines.next()) {
                if (!matches(line, leaveOut)) {
                    ByteBuffer bytes = line.bytes();
                    out.write(
                            bytes.array(),
                            bytes.arrayOffset() + bytes.position(),
                            bytes.remaining());
                    out.write('\n');
                }
            }
        }
        if (out instanceof GZIPOutputStream gzip) {
            gzip.finish();
        }
    }

    private static boolean matches(RawRecord line, Predicate<ObjectNode> leaveOut) {
        try {
            ObjectNode record = JsonLines.parse(line);
            return record != null && leaveOut.test(record);
        } catch (RejectedRecordException e) {
            return false; // no object, so nobody's row; the search for traces still sees it
        }
    }
}
