package org.kindred.datasets.export;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.DuckDb;
import org.kindred.datasets.Json;
import org.kindred.datasets.forget.ArtefactEraser;

/**
 * Takes a person out of Parquet files, whose pages are compressed, so that no search finds a text
 * in them: rows of the person by the column that names users; where there is none, rows in which
 * the id is a whole value.
 */
public final class ParquetEraser implements ArtefactEraser {
    private static final List<String> USER_COLUMNS = List.of("user", "user_id");

    @Override
    public boolean handles(String relative) {
        return relative.endsWith(".parquet");
    }

    @Override
    public String erase(Path file, String userId, Set<String> ids) {
        String from = "read_parquet(" + DuckDb.quote(file.toAbsolutePath().toString()) + ") r";
        long removed;
        String theirs;
        try (Connection connection = DuckDb.connect();
                Statement statement = connection.createStatement()) {
            Set<String> columns = new LinkedHashSet<>();
            try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + from)) {
                while (described.next()) {
                    columns.add(described.getString(1));
                }
            }
            theirs =
                    USER_COLUMNS.stream()
                            .filter(columns::contains)
                            .findFirst()
                            .map(
                                    column ->
                                            "r.\""
                                                    + column
                                                    + "\"::varchar = "
                                                    + DuckDb.quote(userId))
                            .orElse(
                                    "contains(to_json(r)::varchar, "
                                            + DuckDb.quote(Json.line(userId))
                                            + ")");
            try (ResultSet counted =
                    statement.executeQuery("SELECT count(*) FROM " + from + " WHERE " + theirs)) {
                counted.next();
                removed = counted.getLong(1);
            }
        } catch (SQLException e) {
            AtomicFiles.remove(file); // nobody can say whom it holds
            return "file removed, since it is damaged";
        }
        if (removed > 0) {
            TrainerFiles.writeParquet(
                    file, "SELECT * FROM " + from + " WHERE (" + theirs + ") IS NOT TRUE");
        }
        return removed == 0 ? "" : removed == 1 ? "1 row" : removed + " rows";
    }
}
