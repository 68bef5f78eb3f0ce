package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CanonicalReaderTest {
    private static final String GOOD = row("a1", "u1", "yes", "no", "");

    @TempDir Path folder;

    static String row(String id, String user, String chosen, String rejected, String more) {
        return "{\"id\":\"%s\",\"user_id\":\"%s\",\"prompt\":[{\"role\":\"user\",\"content\":\"Hi?\"}],\"chosen\":[{\"role\":\"assistant\",\"content\":\"%s\"}],\"rejected\":[{\"role\":\"assistant\",\"content\":\"%s\"}]%s}"
                .formatted(id, user, chosen, rejected, more);
    }

    private CanonicalReader.Loaded readBytes(byte[] bytes) throws IOException {
        Files.write(folder.resolve("preferences.jsonl"), bytes);
        return CanonicalReader.read(folder);
    }

    private CanonicalReader.Loaded readText(String text) throws IOException {
        return readBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"id\":\"b\",}|bad_json",
                "{\"id\":\"b\",\"id\":\"c\"}|bad_json",
                "{\"id\":\"b\"} {\"id\":\"c\"}|bad_json",
                "[1]|wrong_type:record",
                "null|wrong_type:record",
                "{}|missing_field:id",
                "{\"id\":7}|wrong_type:id",
                "{\"id\":\"b\",\"user_id\":\" \"}|empty_text:user_id",
                "{\"id\":\"b\",\"user_id\":null}|missing_field:user_id",
                "{\"id\":\"b\",\"user_id\":NaN}|missing_field:user_id",
                "{\"id\":\"b\",\"user_id\":\"u\",\"prompt\":\"text\"}|wrong_type:prompt",
                "{\"id\":\"b\",\"user_id\":\"u\",\"prompt\":[]}|empty_text:prompt",
                "{\"id\":\"b\",\"user_id\":\"u\",\"prompt\":[{\"role\":\"bot\",\"content\":\"x\"}]}|unknown_value:role",
                "{\"id\":\"b\",\"user_id\":\"u\",\"prompt\":[{\"role\":\"assistant\",\"content\":\"x\"}]}|unknown_value:role",
                "{\"id\":\"b\",\"user_id\":\"u\",\"prompt\":[{\"role\":\"user\",\"content\":\"x\"}],\"chosen\":null}|missing_field:chosen",
                "{\"id\":\"\\ud800\"}|bad_utf8",
                "{\"id\":\"b\",\"user_id\":\"u\",\"prompt\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}}]}]}|content_part:image_url",
                "{\"id\":\"b\",\"user_id\":\"u\",\"prompt\":[{\"role\":\"user\",\"content\":[{\"type\":\"secret words\"}]}]}|content_part:unknown",
                "{\"id\":\"b\",\"user_id\":\"u\",\"prompt\":[{\"role\":\"user\",\"content\":[]}]}|empty_text:prompt",
                "{\"id\":\"b\",\"user_id\":\"u\",\"prompt\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":7}]}]}|wrong_type:text",
            })
    void read_badLine_isSetAsideWithItsReason(String line, String reason) throws IOException {
        CanonicalReader.Loaded loaded =
                readText(GOOD + "\n" + line + "\n" + row("a2", "u1", "yes", "no", "") + "\n");

        assertThat(loaded.quarantined())
                .containsExactly(new Quarantined("preferences.jsonl", 2, reason));
        assertThat(loaded.dataset().preferences())
                .extracting(Preference::id)
                .containsExactly("a1", "a2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                ",\"chosen_score\":\"87\"|wrong_type:chosen_score",
                ",\"chosen_score\":true|wrong_type:chosen_score",
                ",\"chosen_score\":1e309|out_of_range:chosen_score",
                ",\"slot\":1.5|wrong_type:slot",
                ",\"slot\":0|out_of_range:slot",
                ",\"user_split\":\"known\"|unknown_value:user_split",
                ",\"item_split\":\"seen\"|unknown_value:item_split",
                ",\"part\":\"train\"|unknown_value:part",
                ",\"item_ids\":\"i1\"|wrong_type:item_ids",
                ",\"item_ids\":[1]|wrong_type:item_ids",
                ",\"meta\":[]|wrong_type:meta",
                ",\"domain\":\"\"|empty_text:domain",
            })
    void read_badOptionalField_isSetAsideWithItsReason(String more, String reason)
            throws IOException {
        CanonicalReader.Loaded loaded =
                readText(GOOD + "\n" + row("b", "u1", "yes", "no", more) + "\n");

        assertThat(loaded.quarantined()).extracting(Quarantined::reason).containsExactly(reason);
    }

    @Test
    void read_duplicatesAndEqualTexts_keepsFirstAcceptedRow() throws IOException {
        CanonicalReader.Loaded loaded =
                readText(
                        String.join(
                                "\n",
                                row("a", "u1", "same", "same", ""), // does not reserve its id
                                row("a", "u1", "yes", "no", ""),
                                row("a", "u2", "yes", "no", ""),
                                ""));

        assertThat(loaded.quarantined())
                .extracting(Quarantined::line, Quarantined::reason)
                .containsExactly(tuple(1L, "identical_texts"), tuple(3L, "duplicate_id"));
        assertThat(loaded.dataset().preferences().get(0).userId()).isEqualTo("u1");
    }

    @Test
    void read_lineEndsMarkAndBlankLines_countsPhysicalLines() throws IOException {
        CanonicalReader.Loaded loaded =
                readText(
                        "\uFEFF"
                                + GOOD
                                + "\r\n\r\n   \n"
                                + row("a2", "u1", " yes\\r", "no", "")
                                + "\n{\"id\":\n"
                                + row("a3", "u1", "yes", "no", "").substring(0, 40));

        assertThat(loaded.dataset().preferences()).hasSize(2);
        assertThat(loaded.dataset().preferences().get(1).chosenText()).isEqualTo(" yes\r");
        assertThat(loaded.quarantined())
                .extracting(Quarantined::line, Quarantined::reason)
                .containsExactly(tuple(5L, "bad_json"), tuple(6L, "torn_line"));
    }

    @Test
    void read_lastLineWithoutEnd_isAcceptedIfItParses() throws IOException {
        assertThat(readText(GOOD).dataset().preferences()).hasSize(1);
    }

    @Test
    void read_invalidUtf8_setsOneLineAside() throws IOException {
        byte[] good = (GOOD + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] bad = row("b", "u1", "caf~", "no", "").getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bad.length; i++) {
            bad[i] = bad[i] == '~' ? (byte) 0xE9 : bad[i];
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(bad);
        file.write('\n');
        file.write(good);

        CanonicalReader.Loaded loaded = readBytes(file.toByteArray());

        assertThat(loaded.quarantined())
                .containsExactly(new Quarantined("preferences.jsonl", 1, "bad_utf8"));
        assertThat(loaded.dataset().preferences()).hasSize(1);
    }

    @Test
    void read_severalGzipMembers_readsAll() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(gzip(GOOD + "\n" + row("a2", "u1", "ye", "no", "").substring(0, 30)));
        file.write(gzip(row("a2", "u1", "ye", "no", "").substring(30) + "\n"));

        assertThat(readBytes(file.toByteArray()).dataset().preferences()).hasSize(2);
    }

    @Test
    void read_cutGzip_keepsWhatCameBefore() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            text.append(row("a" + i, "u1", "yes " + (i * 7919 % 5_003), "no", "")).append('\n');
        }
        byte[] whole = gzip(text.toString());

        CanonicalReader.Loaded loaded = readBytes(Arrays.copyOf(whole, whole.length - 200));

        assertThat(loaded.dataset().preferences()).hasSizeGreaterThan(1_000);
        assertThat(loaded.quarantined())
                .extracting(Quarantined::reason)
                .containsExactly("bad_gzip");
    }

    @Test
    void read_unknownFields_goToMeta() throws IOException {
        CanonicalReader.Loaded loaded =
                readText(
                        row(
                                "a",
                                "u1",
                                "yes",
                                "no",
                                ",\"zeal\":{\"x\":[1,null]},\"meta\":{\"y\":2},\"slot\":3.0,\"chosen_score\":NaN"));

        Preference row = loaded.dataset().preferences().get(0);
        assertThat(row.meta()).containsOnlyKeys("zeal", "y");
        assertThat(row.slot()).isEqualTo(3);
        assertThat(row.chosenScore()).isNull();
    }

    @Test
    void read_roleModel_becomesAssistant() throws IOException {
        String text = GOOD.replace("assistant", "model");

        assertThat(readText(text).dataset().preferences().get(0).chosen().get(0).role())
                .isEqualTo("assistant");
    }

    @Test
    void read_contentInParts_isTheirJoinedText() throws IOException {
        String text =
                GOOD.replace(
                        "\"content\":\"yes\"",
                        "\"content\":[{\"type\":\"text\",\"text\":\"ye\",\"image\":null},"
                                + "{\"type\":\"text\",\"text\":\"s\"}]");
        assertThat(text).isNotEqualTo(GOOD);

        assertThat(readText(text).dataset().preferences().get(0).chosenText()).isEqualTo("ye\ns");
    }

    @Test
    void read_usersTasksAndManifest_areOptional() throws IOException {
        Files.writeString(
                folder.resolve("users.jsonl"),
                "{\"id\":\"u1\",\"group\":\"g\",\"extra\":1}\n{\"id\":\"u1\"}\n{\"group\":\"g\"}\n");
        Files.writeString(
                folder.resolve("tasks.jsonl"),
                "{\"id\":\"t1\",\"prompt\":[{\"role\":\"user\",\"content\":\"?\"}],\"candidates\":[{\"id\":\"c\",\"content\":\"x\",\"label\":1}],\"more\":1}\n");
        Files.writeString(
                folder.resolve("manifest.json"),
                "{\"format\":\"kindred-dataset\",\"version\":1,\"name\":\"n\",\"later\":true}");

        CanonicalReader.Loaded loaded = readText(GOOD);

        assertThat(loaded.dataset().users()).hasSize(1);
        assertThat(loaded.tasks().get(0).candidates()).hasSize(1);
        assertThat(loaded.tasks().get(0).meta()).containsEntry("more", 1);
        assertThat(loaded.manifest().name()).isEqualTo("n");
        assertThat(loaded.summary())
                .isEqualTo(
                        "1 preferences of 1 users, 1 tasks; 2 records set aside: 1 duplicate_id, 1 missing_field:id");
    }

    @Test
    void read_newerManifest_saysWhichVersionsAreRead() throws IOException {
        Files.writeString(
                folder.resolve("manifest.json"),
                "{\"format\":\"kindred-dataset\",\"version\":2,\"name\":\"n\"}");

        assertThatThrownBy(() -> readText(GOOD))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("version = 2")
                .hasMessageContaining("versions 1 to 1");
    }

    @Test
    void read_nothingUsable_saysWhatToDo() throws IOException {
        assertThatThrownBy(() -> CanonicalReader.read(folder.resolve("absent")))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> CanonicalReader.read(folder))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("preferences.jsonl");
        assertThatThrownBy(() -> readText("secret-canary\n"))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("1 bad_json")
                .hasMessageNotContaining("canary");
        Files.write(folder.resolve("preferences.jsonl.gz"), gzip(GOOD));
        assertThatThrownBy(() -> CanonicalReader.read(folder))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("both");
    }

    @Test
    void readPreferences_streamsSingleFile() throws IOException {
        Path file = folder.resolve("export.bin");
        Files.write(file, gzip(GOOD + "\n{\n"));
        List<Preference> rows = new ArrayList<>();
        List<Quarantined> bad = new ArrayList<>();

        assertThat(CanonicalReader.readPreferences(file, rows::add, bad::add)).isEqualTo(1);
        assertThat(rows).hasSize(1);
        assertThat(bad).containsExactly(new Quarantined("export.bin", 2, "bad_json"));
    }

    @Test
    void quarantineFile_neverHoldsText() throws IOException {
        CanonicalReader.Loaded loaded =
                readText(GOOD + "\n" + row("canary", "canary", "canary", "canary", "") + "\n");
        Path report = folder.resolve("quarantine.jsonl");

        Quarantined.write(report, loaded.quarantined());

        assertThat(report)
                .hasContent(
                        "{\"file\":\"preferences.jsonl\",\"line\":2,\"reason\":\"identical_texts\"}\n");
    }

    @Test
    void write_thenRead_givesTheSameRowsAndBytes() throws IOException {
        Preference row =
                new Preference(
                        "é\u2028",
                        "u",
                        List.of(Message.system("s"), Message.user("q\n")),
                        List.of(Message.assistant("\uD83D\uDE00 yes")),
                        List.of(Message.assistant("no")),
                        "d",
                        List.of("i", "j"),
                        "train",
                        "seen",
                        "train",
                        "fit",
                        1,
                        0.1,
                        null,
                        "s",
                        Map.of("b", 1, "a", List.of("x")));
        PreferenceDataset dataset =
                new PreferenceDataset(
                        List.of(new User("u", Map.of("age", 3), null, null)), List.of(row));
        Task task =
                new Task(
                        "t",
                        null,
                        List.of(Message.user("q")),
                        List.of("h"),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null);
        Manifest manifest = Manifest.named("n").withSeed(7).withMeta(Map.of("z", 1, "a", 2));

        CanonicalWriter.write(folder.resolve("one"), dataset, List.of(task), manifest);
        CanonicalReader.Loaded loaded = CanonicalReader.read(folder.resolve("one"));
        CanonicalWriter.write(
                folder.resolve("two"), loaded.dataset(), loaded.tasks(), loaded.manifest());

        assertThat(loaded.dataset()).isEqualTo(dataset);
        assertThat(loaded.tasks()).containsExactly(task);
        assertThat(loaded.manifest().counts()).containsEntry("preferences", 1L);
        for (String name :
                List.of("preferences.jsonl", "users.jsonl", "tasks.jsonl", "manifest.json")) {
            assertThat(folder.resolve("two").resolve(name))
                    .hasSameBinaryContentAs(folder.resolve("one").resolve(name));
        }
        assertThat(Files.readString(folder.resolve("one/preferences.jsonl")))
                .startsWith(
                        "{\"id\":\"é\u2028\",\"user_id\":\"u\",\"prompt\":[{\"role\":\"system\"")
                .endsWith("\"source\":\"s\",\"meta\":{\"a\":[\"x\"],\"b\":1}}\n");
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
