package org.kindred.datasets;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;

/** The library that reads and writes Parquet, without files of its own. */
public final class DuckDb {
    private static final String MEMORY = "256MB"; // outside the Java heap

    private DuckDb() {}

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

    /** A connection for one thread; the caller closes it. */
    public static Connection connect() throws SQLException {
        return Database.INSTANCE.duplicate();
    }

    /** A text as a literal of SQL. */
    public static String quote(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
