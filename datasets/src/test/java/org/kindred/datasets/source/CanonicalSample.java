package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kindred.datasets.Json;
import org.kindred.datasets.Message;

/** A small canonical file: five users with six pairs each. */
final class CanonicalSample {
    private CanonicalSample() {}

    static Path write(Path file) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            lines.append(Json.line(row(i))).append('\n');
        }
        return Files.writeString(file, lines);
    }

    private static Object row(int i) {
        return PairBuilder.of(
                        "row-" + i,
                        "user-" + i % 5,
                        List.of(Message.user("What grows on a balcony in month " + i / 2 + "?")))
                .answers("Tomatoes, \"cherry\" ones, number " + i, "Moss – nothing else, " + i)
                .domain(i % 3 == 0 ? "garden" : "home")
                .scores(70.0 + i, 40.0)
                .build();
    }
}
