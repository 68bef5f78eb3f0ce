package org.kindred.datasets.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kindred.datasets.DuckDb;
import org.kindred.datasets.Json;
import org.kindred.datasets.Message;
import org.kindred.datasets.forget.Artefacts;
import org.kindred.datasets.forget.Forgetting;
import org.kindred.options.OptionsException;

final class TrainerFilesTest {
    private static final String ODD = "a \"quoted\" line\nwith 'marks', \\ and \uD83C\uDF0A {1}";

    @TempDir Path folder;

    private static TrainerPrompt prompt(String user, int i) {
        return new TrainerPrompt(
                user,
                "p" + i,
                List.of(Message.system("likes it short"), Message.user(ODD + i)),
                ODD + i,
                "likes it short",
                TrainerPrompt.TRAIN);
    }

    private static List<TrainerPrompt> prompts() {
        return List.of(prompt("ann'; --", 0), prompt("user-12", 1), prompt("ann'; --", 2));
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            rows.add(Json.mapper().readTree(line));
        }
        return rows;
    }

    private static List<JsonNode> rows(Path parquet) throws SQLException, IOException {
        List<JsonNode> rows = new ArrayList<>();
        try (Connection connection = DuckDb.connect();
                Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery(
                                "SELECT to_json(r)::varchar FROM read_parquet("
                                        + DuckDb.quote(parquet.toString())
                                        + ") r")) {
            while (result.next()) {
                rows.add(Json.mapper().readTree(result.getString(1)));
            }
        }
        return rows;
    }

    @ParameterizedTest
    @EnumSource(TrainerFormat.class)
    void write_bothForms_holdTheSameRows(TrainerFormat format) throws Exception {
        TrainerFiles.write(folder, format, TrainerPrompt.TRAIN, prompts());
        List<JsonNode> lines = lines(folder.resolve("train.jsonl"));
        assertThat(lines).hasSize(3);
        assertThat(rows(folder.resolve("train.parquet"))).isEqualTo(lines);
        assertThat(lines.get(0).fieldNames())
                .toIterable()
                .containsExactlyInAnyOrderElementsOf(format.columns().keySet());
        JsonNode messages = lines.get(1).get(format.columns().keySet().iterator().next());
        assertThat(messages.get(0).get("role").asText()).isEqualTo("system");
        assertThat(messages.get(1).get("content").asText()).isEqualTo(ODD + 1);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder("train.jsonl", "train.parquet");
        }
    }

    @Test
    void columns_areWhatEachTrainerReads() {
        assertThat(TrainerFormat.VERL.row(prompts().get(1), 1).toString())
                .contains("data_source=kindred", "reward_model={", "index=1");
        assertThat(String.valueOf(TrainerFormat.OPENRLHF.row(prompts().get(1), 1).get("label")))
                .contains("\"user\":\"user-12\"", "\"prompt_id\":\"p1\"", "\"prompt\":\"")
                .contains("\"split\":\"train\"");
        assertThat(TrainerFormat.TRL.row(prompts().get(1), 1))
                .containsKeys("prompt", "prompt_text", "persona", "split");
        assertThat(TrainerFormat.names())
                .containsExactly(
                        "trl", "verl", "openrlhf", "nemo-rl", "skyrl", "ms-swift", "slime");
        assertThat(TrainerFormat.parse("nemo_rl")).isEqualTo(TrainerFormat.NEMO_RL);
        assertThatThrownBy(() -> TrainerFormat.parse("axolotl"))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("there is no such trainer; choose one of [trl, verl");
    }

    @Test
    void write_nothing_leavesNoOlderRows() {
        TrainerFiles.write(folder, TrainerFormat.TRL, TrainerPrompt.TRAIN, prompts());
        TrainerFiles.write(folder, TrainerFormat.TRL, TrainerPrompt.TRAIN, List.of());
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource(TrainerFormat.class)
    void forget_takesThePersonOutOfBothForms(TrainerFormat format) throws Exception {
        TrainerFiles.write(folder.resolve("export"), format, TrainerPrompt.TRAIN, prompts());
        Forgetting.Result result =
                Forgetting.forget(folder, "ann'; --", List.of(new ParquetEraser()));
        assertThat(result.remaining()).isEmpty();
        assertThat(result.removals())
                .contains(
                        new Forgetting.Removal("export/train.jsonl", "2 lines"),
                        new Forgetting.Removal("export/train.parquet", "2 rows"));
        assertThat(rows(folder.resolve("export/train.parquet")))
                .isEqualTo(lines(folder.resolve("export/train.jsonl")))
                .hasSize(1);
    }

    @Test
    void eraser_fileWithoutUserColumn_goesByWholeValues_damagedOnesGo() throws Exception {
        Path nested = folder.resolve("nested.parquet");
        TrainerFiles.writeParquet(
                nested,
                "SELECT {'who': 'ann'} AS info UNION ALL SELECT {'who': 'anna'} UNION ALL SELECT"
                        + " {'who': 'about ann'}");
        assertThat(new ParquetEraser().erase(nested, "ann", Set.of())).isEqualTo("1 row");
        assertThat(rows(nested)).hasSize(2);
        assertThat(new ParquetEraser().erase(nested, "ann", Set.of())).isEmpty();
        Path damaged = Files.writeString(folder.resolve("damaged.parquet"), "PAR1 ann PAR1");
        assertThat(new ParquetEraser().erase(damaged, "ann", Set.of())).contains("damaged");
        assertThat(damaged).doesNotExist();
    }

    @Test
    void files_areKnownToForgetting() {
        assertThat(Artefacts.of("prompts/train.jsonl")).contains(Artefacts.Handling.LINES);
        assertThat(Artefacts.of("prompts/eval.parquet")).contains(Artefacts.Handling.CACHE);
        assertThat(Artefacts.of("prompts/export.json")).contains(Artefacts.Handling.DOCUMENT);
    }
}
