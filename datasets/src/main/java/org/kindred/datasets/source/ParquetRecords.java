package org.kindred.datasets.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
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
    private static final String MEMORY = "256MB"; // outside the Java heap

    /** One database of the process: opening one takes a second, a connection to it does not. */
    private static final class Database {
        static final DuckDBConnection INSTANCE = open();

        private static DuckDBConnection open() {
            Properties streaming = new Properties();
            streaming.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
            try {
                Connection connection = DriverManager.getConnection("jdbc:duckdb:", streaming);
                try (Statement settings = connection.createStatement()) {
                    settings.execute("SET threads = 1");
                    settings.execute("SET memory_limit = '" + MEMORY + "'");
                    settings.execute("SET autoinstall_known_extensions = false");
                }
                return connection.unwrap(DuckDBConnection.class);
            } catch (SQLException e) {
                throw new KindredException(
                        "the parquet reader (DuckDB) cannot start on this machine: its library"
                                + " must be unpacked to the folder for temporary files",
                        e);
            }
        }
    }

    private final Connection connection;
    private final Statement statement;
    private final long fileBytes;
    private final @Nullable ResultSet rows;
    private long count;
    private boolean finished;

    private ParquetRecords(Path file) throws SQLException, IOException {
        this.fileBytes = Files.size(file);
        this.connection = Database.INSTANCE.duplicate();
        this.statement = connection.createStatement();
        String quoted = file.toAbsolutePath().toString().replace("'", "''");
        this.rows = query("SELECT to_json(r)::varchar FROM read_parquet('" + quoted + "') r");
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
