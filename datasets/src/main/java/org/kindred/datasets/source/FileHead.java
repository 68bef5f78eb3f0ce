package org.kindred.datasets.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.TextLines;

/** The first records of a file, read once however many layouts look at them. */
public final class FileHead {
    private static final int LINES = 40;

    private final Path file;
    private @Nullable List<ObjectNode> objects;
    private @Nullable List<String> lines;

    FileHead(Path file) {
        this.file = file;
    }

    Path file() {
        return file;
    }

    /** Objects of lines, an array or parquet; damaged ones are passed over. */
    List<ObjectNode> objects() throws IOException {
        if (objects == null) {
            objects = Container.head(file, Container.of(file));
        }
        return objects;
    }

    List<String> lines(Charset charset) throws IOException {
        if (lines == null) {
            lines = new ArrayList<>();
            try (TextLines text = TextLines.open(file)) {
                RawRecord line = text.next();
                while (line != null && lines.size() < LINES) {
                    lines.add(charset.decode(line.bytes().duplicate()).toString());
                    line = text.next();
                }
            }
        }
        return lines;
    }
}
