package org.kindred.reward.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Sha256;

/**
 * Every answer of a judge in one SQLite file, by the hash of what was asked: table {@code
 * judgements(key, user, subject, endpoint, reply, input_tokens, output_tokens, cut, sum)}. {@code
 * user} is the one whose past the question held, {@code subject} the one in whose name it was
 * asked, {@code sum} the SHA-256 of the row, by which a damaged answer is told.
 *
 * <p>{@link #put} returns when the row is committed; a process that is killed afterwards finds it
 * again. Rows of concurrent calls share a commit. Several processes may open one file. The file
 * holds texts: only its owner may read it, and {@link #forget} removes a user.
 */
public final class JudgeCache implements AutoCloseable {
    /** Name of the file in a run. */
    public static final String FILE = "judge-cache.sqlite";

    private static final int MOST_ROWS_A_COMMIT = 512;
    private static final String SCHEMA =
            "create table if not exists judgements (key text primary key, user text not null,"
                    + " subject text not null, endpoint text not null, reply text not null,"
                    + " input_tokens integer not null, output_tokens integer not null,"
                    + " cut integer not null, sum text not null)"
                    + " without rowid";

    /**
     * One answer.
     *
     * @param key hash of question, endpoint and sample number
     * @param cut whether the reply ended at the longest answer
     */
    public record Row(
            String key,
            String user,
            String subject,
            String endpoint,
            String reply,
            long inputTokens,
            long outputTokens,
            boolean cut) {
        /** A reply that came to its end. */
        public Row(
                String key,
                String user,
                String subject,
                String endpoint,
                String reply,
                long inputTokens,
                long outputTokens) {
            this(key, user, subject, endpoint, reply, inputTokens, outputTokens, false);
        }

        /** SHA-256 of all members. */
        String sum() {
            return Sha256.ofLines(
                    List.of(key, user, subject, endpoint, reply, inputTokens, outputTokens, cut),
                    member -> String.valueOf(member).length() + ":" + member);
        }

        /** Redacted: a reply may repeat users' texts. */
        @Override
        public String toString() {
            return "Row[" + key + "]";
        }
    }

    private record Pending(Row row, CompletableFuture<Void> committed) {}

    private final Path file;
    private final Connection reader;
    private final Connection writer;
    private final PreparedStatement select;
    private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
    private final Thread committer;
    private volatile boolean closing;

    private JudgeCache(Path file) throws SQLException {
        this.file = file;
        writer = connect(file);
        try (Statement statement = writer.createStatement()) {
            statement.execute(SCHEMA);
            requireSums(statement, file);
            statement.execute("create index if not exists by_user on judgements(user)");
            statement.execute("create index if not exists by_subject on judgements(subject)");
        }
        writer.setAutoCommit(false);
        reader = connect(file);
        select =
                reader.prepareStatement(
                        "select user, subject, endpoint, reply, input_tokens, output_tokens, cut, sum"
                                + " from judgements where key = ?");
        committer = new Thread(this::commitAll, "judge-cache");
        committer.setDaemon(true);
        committer.start();
    }

    private static void requireSums(Statement statement, Path file) throws SQLException {
        try (ResultSet columns = statement.executeQuery("pragma table_info(judgements)")) {
            while (columns.next()) {
                if (columns.getString("name").equals("sum")) {
                    return;
                }
            }
        }
        throw new KindredException(
                file
                        + " was written by an earlier build of Kindred; remove it, its answers are"
                        + " asked for again");
    }

    /** Opens or creates the file. */
    public static JudgeCache open(Path file) {
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                AtomicFiles.createFolders(parent);
            }
            if (!Files.exists(file)
                    && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            }
            return new JudgeCache(file);
        } catch (IOException e) {
            throw AtomicFiles.failure("creating the judge cache", file, e);
        } catch (SQLException e) {
            throw failure("opening", file, e);
        }
    }

    private static Connection connect(Path file) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma journal_mode=wal");
            statement.execute("pragma synchronous=normal");
            statement.execute("pragma busy_timeout=30000");
            statement.execute("pragma secure_delete=on"); // what is forgotten is overwritten
            // keys are random, so a commit touches a page a row: keep pages, and copy them back
            // seldom
            statement.execute("pragma cache_size=-32768"); // KiB
            statement.execute("pragma wal_autocheckpoint=8192"); // pages of 4 KiB
        }
        return connection;
    }

    /** The answer under a key, if it is known. */
    public Optional<Row> get(String key) {
        synchronized (select) {
            try {
                select.setString(1, key);
                try (ResultSet row = select.executeQuery()) {
                    if (!row.next()) {
                        return Optional.empty();
                    }
                    Row found =
                            new Row(
                                    key,
                                    row.getString(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getLong(5),
                                    row.getLong(6),
                                    row.getInt(7) != 0);
                    if (!found.sum().equals(row.getString(8))) {
                        throw new KindredException(
                                "the judge cache "
                                        + file
                                        + " is damaged: an answer is not what was written; remove"
                                        + " the file, its answers are asked for again");
                    }
                    return Optional.of(found);
                }
            } catch (SQLException e) {
                throw failure("reading", file, e);
            }
        }
    }

    /** Keeps answers; returns when they are committed. An answer that is there already stays. */
    public void put(List<Row> rows) {
        if (closing) {
            throw new IllegalStateException("the judge cache is closed");
        }
        List<CompletableFuture<Void>> waits = new ArrayList<>();
        for (Row row : rows) {
            CompletableFuture<Void> committed = new CompletableFuture<>();
            waits.add(committed);
            queue.add(new Pending(row, committed));
        }
        try {
            waits.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw e.getCause() instanceof KindredException told ? told : e;
        }
    }

    private void commitAll() {
        List<Pending> batch = new ArrayList<>();
        try (PreparedStatement insert =
                writer.prepareStatement(
                        "insert or ignore into judgements values (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            while (true) {
                batch.add(queue.take());
                queue.drainTo(batch, MOST_ROWS_A_COMMIT - 1);
                boolean last = batch.removeIf(pending -> pending.row().key().isEmpty());
                commit(insert, batch);
                batch.clear();
                if (last) {
                    return;
                }
            }
        } catch (InterruptedException | SQLException e) {
            closing = true;
            fail(batch, e);
            List<Pending> rest = new ArrayList<>();
            queue.drainTo(rest);
            fail(rest, e);
        }
    }

    private void commit(PreparedStatement insert, List<Pending> batch) {
        try {
            for (Pending pending : batch) {
                Row row = pending.row();
                insert.setString(1, row.key());
                insert.setString(2, row.user());
                insert.setString(3, row.subject());
                insert.setString(4, row.endpoint());
                insert.setString(5, row.reply());
                insert.setLong(6, row.inputTokens());
                insert.setLong(7, row.outputTokens());
                insert.setInt(8, row.cut() ? 1 : 0);
                insert.setString(9, row.sum());
                insert.addBatch();
            }
            insert.executeBatch();
            writer.commit();
            batch.forEach(pending -> pending.committed().complete(null));
        } catch (SQLException e) {
            fail(batch, e);
        }
    }

    private void fail(List<Pending> batch, Exception cause) {
        batch.forEach(p -> p.committed().completeExceptionally(failure("writing", file, cause)));
    }

    /** Number of answers. */
    public long size() {
        return count("select count(*) from judgements");
    }

    /**
     * Removes every answer that holds a user's texts, overwrites them on the disk and empties the
     * journal.
     *
     * @return number of answers removed
     */
    public int forget(String userId) {
        synchronized (select) {
            try (PreparedStatement delete =
                            reader.prepareStatement(
                                    "delete from judgements where user = ? or subject = ?");
                    Statement journal = reader.createStatement()) {
                delete.setString(1, userId);
                delete.setString(2, userId);
                int removed = delete.executeUpdate();
                journal.execute("pragma wal_checkpoint(truncate)");
                return removed;
            } catch (SQLException e) {
                throw failure("removing a user from", file, e);
            }
        }
    }

    private long count(String query) {
        synchronized (select) {
            try (Statement statement = reader.createStatement();
                    ResultSet row = statement.executeQuery(query)) {
                return row.next() ? row.getLong(1) : 0;
            } catch (SQLException e) {
                throw failure("reading", file, e);
            }
        }
    }

    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        queue.add(new Pending(new Row("", "", "", "", "", 0, 0), new CompletableFuture<>()));
        try {
            committer.join();
            select.close();
            reader.close();
            writer.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw failure("closing", file, e);
        }
    }

    static KindredException failure(String doing, Path file, Exception cause) {
        String reason = String.valueOf(cause.getMessage());
        String what = doing + " the judge cache " + file + " failed: ";
        if (reason.contains("SQLITE_FULL")) {
            return new KindredException(
                    what + "the disk is full; free space or choose a path on another disk", cause);
        }
        String advice =
                reason.contains("SQLITE_CORRUPT") || reason.contains("SQLITE_NOTADB")
                        ? "the file is damaged; remove it, its answers are asked for again"
                        : reason.contains("SQLITE_READONLY") || reason.contains("SQLITE_CANTOPEN")
                                ? "no permission; check the owner and mode of the file and its folder"
                                : reason.contains("SQLITE_BUSY")
                                        ? "another process holds it; wait for that one"
                                        : "start with another file";
        return new KindredException(what + advice + " (" + reason + ")", cause);
    }
}
