package org.kindred.reward.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;

final class JudgeCacheTest {
    private static final JudgeCache.Row ROW =
            new JudgeCache.Row("key", "user", "subject", "endpoint", "reply", 1, 1);

    @TempDir Path folder;

    /** Whoever waits for the commit learns the reason, not that another thread had trouble. */
    @Test
    void put_thatCannotBeCommitted_failsWithTheReason() throws Exception {
        Path file = folder.resolve("cache.sqlite");
        try (JudgeCache cache = JudgeCache.open(file)) {
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = other.createStatement()) {
                statement.execute("drop table judgements");
            }
            assertThatThrownBy(() -> cache.put(List.of(ROW)))
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining("cache.sqlite")
                    .hasMessageContaining("no such table");
        }
    }

    @Test
    void get_damagedAnswer_isRefused_andOneOfAnEarlierBuildTooByName() throws Exception {
        Path file = folder.resolve("cache.sqlite");
        try (JudgeCache cache = JudgeCache.open(file)) {
            cache.put(List.of(ROW));
            assertThat(cache.get("key")).contains(ROW);
            run(file, "update judgements set reply = 'repli'");
            assertThatThrownBy(() -> cache.get("key"))
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining("damaged")
                    .hasMessageNotContaining("repli");
        }
        run(file, "alter table judgements drop column sum");
        assertThatThrownBy(() -> JudgeCache.open(file))
                .hasMessageContaining("earlier build")
                .hasMessageContaining("remove it");
    }

    private static void run(Path file, String sql) throws SQLException {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void failure_saysWhatIsWrong_andBlamesTheDiskOnlyWhereItIsFull() {
        assertThat(failure("[SQLITE_FULL]  Insertion failed because database is full"))
                .endsWith("the disk is full; free space or choose a path on another disk");
        assertThat(failure("[SQLITE_NOTADB] File opened that is not a database file"))
                .contains("remove it")
                .doesNotContain("disk");
        assertThat(failure("[SQLITE_READONLY] Attempt to write a readonly database"))
                .contains("no permission");
    }

    private static String failure(String reason) {
        return JudgeCache.failure("writing", Path.of("c"), new SQLException(reason)).getMessage();
    }

    @Test
    void files_areTheOwnersAlone() throws Exception {
        Path run = folder.resolve("run");
        try (JudgeCache cache = JudgeCache.open(run.resolve("cache.sqlite"))) {
            cache.put(List.of(ROW));
            try (Stream<Path> files = Files.walk(run)) {
                assertThat(files)
                        .hasSizeGreaterThan(2) // with its journal
                        .allSatisfy(
                                file ->
                                        assertThat(
                                                        PosixFilePermissions.toString(
                                                                Files.getPosixFilePermissions(
                                                                        file)))
                                                .endsWith("------"));
            }
        }
    }
}
