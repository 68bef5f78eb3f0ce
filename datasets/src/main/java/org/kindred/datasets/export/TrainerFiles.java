package org.kindred.datasets.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.DuckDb;
import org.kindred.datasets.Json;

/** {@code train} and {@code eval} as JSON lines and as Parquet, in the columns of a trainer. */
public final class TrainerFiles {
    private static final int LARGEST_LINE = 64 << 20; // as lines of data are read

    private TrainerFiles() {}

    /**
     * Writes both forms of a split, each complete or absent; older ones go if there are no rows.
     *
     * @param split {@link TrainerPrompt#TRAIN} or {@link TrainerPrompt#EVAL}, of all of the rows
     */
    public static void write(
            Path folder, TrainerFormat format, String split, List<TrainerPrompt> prompts) {
        Path lines = folder.resolve(split + ".jsonl");
        Path parquet = folder.resolve(split + ".parquet");
        if (prompts.isEmpty()) {
            AtomicFiles.remove(lines);
            AtomicFiles.remove(parquet);
            return;
        }
        AtomicFiles.write(
                lines,
                out -> {
                    long index = 0;
                    for (TrainerPrompt prompt : prompts) {
                        Json.writeLine(out, format.row(prompt, index++));
                    }
                });
        String columns =
                format.columns().entrySet().stream()
                        .map(
                                column ->
                                        DuckDb.quote(column.getKey())
                                                + ": "
                                                + DuckDb.quote(column.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
        writeParquet(
                parquet,
                "SELECT * FROM read_json("
                        + DuckDb.quote(lines.toAbsolutePath().toString())
                        + ", format = 'newline_delimited', maximum_object_size = "
                        + LARGEST_LINE
                        + ", columns = "
                        + columns
                        + ")");
    }

    /** Writes what a query gives, replacing an older file in one step. */
    static void writeParquet(Path file, String query) {
        Path made = file.resolveSibling("." + file.getFileName() + ".new.tmp");
        try (Connection connection = DuckDb.connect();
                Statement statement = connection.createStatement()) {
            Files.deleteIfExists(made);
            statement.execute(
                    "COPY ("
                            + query
                            + ") TO "
                            + DuckDb.quote(made.toAbsolutePath().toString())
                            + " (FORMAT parquet, COMPRESSION zstd)");
            AtomicFiles.write(file, out -> Files.copy(made, out));
        } catch (SQLException e) {
            // without the words of the library, which may quote a row
            throw AtomicFiles.failure("writing", file, new IOException("DuckDB could not write"));
        } catch (IOException e) {
            throw AtomicFiles.failure("writing", file, e);
        } finally {
            AtomicFiles.remove(made);
        }
    }
}
