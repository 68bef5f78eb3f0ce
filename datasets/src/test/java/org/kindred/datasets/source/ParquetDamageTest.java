package org.kindred.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Preference;

/** Parquet: a bad row takes no other with it; a damaged file ends in a reason, never in a crash. */
final class ParquetDamageTest {
    private static final String FORMAT = "personal-reward-bench";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path GOOD =
            DatasetFixturesTest.fixtures()
                    .resolve(
                            "personalrewardbench/prism_personalized/data/validation-00000-of-00001.parquet");
    @TempDir Path folder;

    /** Each expression damages one column of row 5 in its own way. */
    @Test
    void damagedRow_isTheOnlyOneLost() throws Exception {
        int clean = read(GOOD).preferences().size();
        List<String> replacements =
                List.of(
                        "NULL AS user_id",
                        "'' AS user_id",
                        "NULL AS chosen",
                        "'other' AS split",
                        "[]::STRUCT(content VARCHAR, \"role\" VARCHAR)[] AS context",
                        "{'content': '', 'role': 'model'} AS rejected",
                        "{'content': repeat('x', 20000000), 'role': 'model'} AS chosen",
                        "{'content': 'a', 'role': 'wizard'} AS chosen",
                        "'nan'::DOUBLE AS chosen_score",
                        "-1 AS turns");
        for (String replacement : replacements) {
            Path file = folder.resolve("damaged.parquet");
            write(replacement, file);
            Collected.OfFile found = read(file);
            boolean stays = replacement.contains("chosen_score"); // NaN is null, which is allowed
            assertThat(found.preferences()).as(replacement).hasSize(stays ? clean : clean - 1);
            Files.delete(file);
        }
    }

    @Test
    void damagedBytes_endInAReason_rowsBeforeStay() throws Exception {
        byte[] clean = Files.readAllBytes(GOOD);
        List<String> texts = texts(read(GOOD));
        SplittableRandom random = new SplittableRandom(20261122);
        for (int i = 0; i < 40; i++) {
            byte[] bytes = clean.clone();
            if (i % 3 == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(8, bytes.length));
            } else {
                for (int flips = random.nextInt(1, 9); flips > 0; flips--) {
                    bytes[random.nextInt(4, bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            Path file = Files.write(folder.resolve("flipped-" + i + ".parquet"), bytes);
            Collected.OfFile found = assertTimeoutPreemptively(LIMIT, () -> read(file));
            if (found.setAside.stream().noneMatch(q -> q.reason().equals("bad_parquet"))) {
                assertThat(found.records).as("rows of file %d", i).isLessThanOrEqualTo(16);
            } else {
                assertThat(texts).as("file %d", i).hasSizeGreaterThanOrEqualTo(texts(found).size());
            }
        }
    }

    private static List<String> texts(Collected.OfFile found) {
        return found.preferences().stream().map(Preference::chosenText).toList();
    }

    private static Collected.OfFile read(Path file) throws IOException {
        return Collected.read(FORMAT, Collected.ALL, List.of(file)).of(file);
    }

    private static void write(String replacement, Path file) throws SQLException {
        String column = replacement.substring(replacement.lastIndexOf(' ') + 1);
        String value = replacement.substring(0, replacement.lastIndexOf(" AS "));
        List<String> sql = new ArrayList<>();
        sql.add("CREATE TABLE t AS SELECT * FROM read_parquet('" + GOOD + "')");
        sql.add("UPDATE t SET " + column + " = " + value + " WHERE rowid = 5");
        sql.add("COPY t TO '" + file + "' (FORMAT parquet)");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            for (String one : sql) {
                statement.execute(one);
            }
        }
    }
}
