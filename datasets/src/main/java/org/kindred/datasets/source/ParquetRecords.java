package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.DuckDb;
import org.kindred.datasets.RawRecord;
import org.kindred.datasets.RawRecords;

/**
 * The rows of a parquet file as JSON objects, nested structs included, streamed by DuckDB in the
 * order of the file.
 *
 * <p>Where a file is damaged, the rows before are read and the place is reported once, {@code
 * bad_parquet}: pages are compressed, so that nothing certain can be said of what follows.
 */
final class ParquetRecords implements RawRecords {
    private static final byte[] MAGIC = {'P', 'A', 'R', '1'};

    private final Connection connection;
    private final Statement statement;
    private final long fileBytes;
    private final @Nullable ResultSet rows;
    private long count;
    private boolean finished;

    private ParquetRecords(Path file) throws SQLException, IOException {
        this.fileBytes = Files.size(file);
        this.connection = DuckDb.connect();
        this.statement = connection.createStatement();
        String quoted = DuckDb.quote(file.toAbsolutePath().toString());
        this.rows = query("SELECT to_json(r)::varchar FROM read_parquet(" + quoted + ") r");
    }

    static boolean matches(byte[] head) {
        return head.length >= MAGIC.length
                && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    static ParquetRecords open(Path file) throws IOException {
        try {
            return new ParquetRecords(file);
        } catch (SQLException e) {
            throw new IOException("the parquet reader cannot start", e);
        }
    }

    @Override
    public @Nullable RawRecord next() throws IOException {
        if (finished) {
            return null;
        }
        try {
            if (rows == null) {
                return damaged();
            }
            if (!rows.next()) {
                finished = true;
                return null;
            }
            byte[] json = rows.getString(1).getBytes(StandardCharsets.UTF_8);
            return new RawRecord(count++, ByteBuffer.wrap(json), true, null);
        } catch (SQLException e) {
            return damaged();
        }
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public long bytesRead() {
        return finished ? fileBytes : 0;
    }

    @Override
    public void close() throws IOException {
        try {
            statement.close();
            connection.close();
        } catch (SQLException e) {
            throw new IOException("the parquet reader cannot stop", e);
        }
    }

    private @Nullable ResultSet query(String sql) {
        try {
            return statement.executeQuery(sql);
        } catch (SQLException e) {
            return null; // reported as the first record, bad_parquet
        }
    }

    private RawRecord damaged() {
        finished = true;
        return new RawRecord(count, ByteBuffer.allocate(0), false, "bad_parquet");
    }
}
