package org.kindred.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.SeedTree;

final class DatasetImportTest {
    private static final Path FIXTURES = DatasetFixturesTest.fixtures();
    @TempDir Path folder;

    @Test
    void prismFolder_givesUsersPairsAndTerms() {
        DatasetImport.Outcome outcome = run("prism", "prism", "p", ImportOptions.defaults());
        CanonicalReader.Loaded data = CanonicalReader.read(folder.resolve("p"));
        // 9 people in the survey, 74 pairs of 7 of them in conversations.jsonl.expected.json
        assertThat(data.dataset().users()).hasSize(9);
        assertThat(data.dataset().preferences()).hasSize(74);
        assertThat(data.quarantined()).isEmpty();
        assertThat(data.manifest().licences()).anyMatch(l -> l.contains("CC-BY-NC-4.0"));
        assertThat(data.manifest().contentWarnings()).isNotEmpty();
        assertThat(data.manifest().inputHashes()).containsKey("conversations.jsonl");
        assertThat(data.manifest().counts()).containsEntry("preferences", 74L);
        assertThat(outcome.report().unread())
                .contains(new Unread("utterances.jsonl", "not_needed"));
        assertThat(outcome.report().usersByReason()).containsEntry("no_records", 2L);
        assertThat(folder.resolve("p/quarantine.jsonl"))
                .content()
                .contains(
                        "\"file\":\"conversations.jsonl\",\"line\":4,\"reason\":\"duplicate_id\"");
    }

    @Test
    void everyFormat_isReadBackWithoutAFault() throws IOException {
        Map<String, String> folders =
                Map.of(
                        "personal-reward-bench", "personalrewardbench/prism_personalized/data",
                        "community-alignment", "community_alignment",
                        "lamp-qa", "lamp_qa",
                        "personalized-reward-bench", "personalized_rewardbench",
                        "reward-bench", "rewardbench2",
                        "trl", "trl",
                        "movielens", "movielens",
                        "goodreads", "goodreads");
        for (Map.Entry<String, String> one : new TreeMap<>(folders).entrySet()) {
            ImportReport report =
                    run(one.getKey(), one.getValue(), one.getKey(), ImportOptions.defaults())
                            .report();
            CanonicalReader.Loaded data = CanonicalReader.read(folder.resolve(one.getKey()));
            assertThat(data.quarantined()).as(one.getKey()).isEmpty();
            assertThat(data.dataset().preferences()).hasSize((int) report.preferences());
            assertThat(data.tasks()).hasSize((int) report.tasks());
        }
    }

    @Test
    void secondRun_doesNothing_anotherFolder_hasEqualBytes() throws IOException {
        run("trl", "trl/explicit_standard.jsonl", "a", ImportOptions.defaults());
        Map<String, byte[]> first = bytes(folder.resolve("a"));
        assertThat(run("trl", "trl/explicit_standard.jsonl", "a", threads(1)).unchanged()).isTrue();
        assertThat(run("trl", "trl/explicit_standard.jsonl", "b", threads(4)).unchanged())
                .isFalse();
        Map<String, byte[]> second = bytes(folder.resolve("b"));
        assertThat(second.keySet()).isEqualTo(first.keySet());
        first.forEach((name, content) -> assertThat(second.get(name)).as(name).isEqualTo(content));
    }

    @Test
    void otherInput_isRefused_unlessReplaced() {
        run("trl", "trl/explicit_standard.jsonl", "a", ImportOptions.defaults());
        assertThatThrownBy(() -> run("trl", "trl/unpaired.jsonl", "a", ImportOptions.defaults()))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("--force");
        DatasetImport.run(
                "trl",
                List.of(FIXTURES.resolve("trl/unpaired.jsonl")),
                folder.resolve("a"),
                true,
                ImportOptions.defaults(),
                (doing, done, total) -> {});
        assertThat(CanonicalReader.read(folder.resolve("a")).tasks()).hasSize(16);
    }

    @Test
    void failureInTheMiddle_leavesNothing() throws IOException {
        Path file = CanonicalSample.write(folder.resolve("rows.jsonl"));
        DatasetImport.Listener failing =
                (doing, done, total) -> {
                    if (doing.equals("read")) {
                        throw new KindredException("stopped");
                    }
                };
        assertThatThrownBy(
                        () ->
                                DatasetImport.run(
                                        "canonical",
                                        List.of(file),
                                        folder.resolve("out"),
                                        false,
                                        ImportOptions.defaults(),
                                        failing))
                .hasMessage("stopped");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(file);
        }
    }

    @Test
    void fileThatGrowsWhileItIsRead_isRefused_andLeavesNothing() throws IOException {
        Path file = folder.resolve("growing.jsonl");
        String row =
                "{\"user_id\":\"u\",\"prompt\":\"p %d\",\"chosen\":\"a\",\"rejected\":\"b\"}%n";
        Files.writeString(file, row.formatted(0));
        DatasetImport.Listener growing =
                (doing, done, total) -> append(file, row.formatted(done + 1));

        assertThatThrownBy(
                        () ->
                                DatasetImport.run(
                                        "trl",
                                        List.of(file),
                                        folder.resolve("a"),
                                        false,
                                        ImportOptions.defaults(),
                                        growing))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("growing.jsonl was changed while it was read");
        assertThat(folder.resolve("a")).doesNotExist();
    }

    private static void append(Path file, String row) {
        try {
            Files.writeString(file, row, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void fewPairs_areReported_andRemovedOnRequest() {
        ImportReport reported =
                run("trl", "trl/explicit_standard.jsonl", "a", ImportOptions.defaults()).report();
        // u-ash, u-elm and u-fir have 3 pairs, u-oak 7; expected.json
        assertThat(reported.usersByReason()).containsEntry("below_min_pairs", 3L);
        assertThat(reported.preferences()).isEqualTo(16);
        ImportOptions d = ImportOptions.defaults();
        ImportOptions removing =
                new ImportOptions(
                        d.seed(),
                        d.minPairs(),
                        true,
                        d.threads(),
                        d.userColumn(),
                        d.idColumn(),
                        d.pairsPerUser(),
                        d.candidates());
        ImportReport removed = run("trl", "trl/explicit_standard.jsonl", "b", removing).report();
        assertThat(removed.usersRemoved()).isEqualTo(3);
        assertThat(CanonicalReader.read(folder.resolve("b")).dataset().preferences())
                .hasSize(7)
                .allMatch(row -> row.userId().equals("u-oak"));
    }

    @Test
    void sameIdWithOtherContent_countsAsConflict() throws IOException {
        String row =
                "{\"id\":\"r1\",\"user_id\":\"u\",\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"%s\"}\n";
        Path file =
                Files.writeString(
                        folder.resolve("x.jsonl"),
                        row.formatted("b") + row.formatted("b") + row.formatted("c"));
        ImportReport report =
                DatasetImport.run(
                                "trl",
                                List.of(file),
                                folder.resolve("out"),
                                false,
                                ImportOptions.defaults(),
                                (doing, done, total) -> {})
                        .report();
        assertThat(report.files().get(0).duplicates()).isEqualTo(2);
        assertThat(report.files().get(0).conflicts()).isEqualTo(1);
        assertThat(report.preferences()).isEqualTo(1);
    }

    @Test
    void userColumn_isAnOption() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("x.jsonl"),
                        "{\"annotator\":7,\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n");
        ImportOptions d = ImportOptions.defaults();
        ImportOptions named =
                new ImportOptions(
                        1, 0, false, 1, "annotator", "", d.pairsPerUser(), d.candidates());
        DatasetImport.run(
                "trl",
                List.of(file),
                folder.resolve("out"),
                false,
                named,
                (doing, done, total) -> {});
        assertThat(CanonicalReader.read(folder.resolve("out")).dataset().preferences().get(0))
                .satisfies(
                        row -> {
                            assertThat(row.userId()).isEqualTo("7");
                            assertThat(row.id()).isEqualTo("trl-1");
                        });
    }

    @Test
    void trlRowsWithoutIds_areNumbered_acrossFiles() throws IOException {
        String row = "{\"user_id\":\"u\",\"prompt\":\"p\",\"chosen\":\"%s\",\"rejected\":\"b\"}\n";
        Files.createDirectories(folder.resolve("in"));
        Files.writeString(folder.resolve("in/test.jsonl"), row.formatted("a"));
        Files.writeString(
                folder.resolve("in/train.jsonl"), row.formatted("c") + row.formatted("d"));
        Files.writeString(folder.resolve("in/notes.jsonl"), "{\"note\":\"x\",\"who did\":1}\n");

        ImportReport report = importTrl("in");

        assertThat(CanonicalReader.read(folder.resolve("out")).dataset().preferences())
                .extracting(Preference::id)
                .containsExactly("trl-1", "trl-2-1", "trl-2-2");
        assertThat(report.unread())
                .containsExactly(new Unread("notes.jsonl", "other_fields: note"));
    }

    @Test
    void trlRowsOfOtherColumns_areToldWhichThereAre() throws IOException {
        Files.writeString(
                folder.resolve("x.jsonl"),
                "{\"annotator\":7,\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n");

        assertThatThrownBy(() -> importTrl("x.jsonl"))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("missing_field:user_id")
                .hasMessageContaining("the first row has annotator, prompt, chosen, rejected")
                .hasMessageContaining("--set user_column=NAME");
    }

    /** UltraFeedback-binarized repeats a plain prompt as the first message of both dialogues. */
    @Test
    void trlPromptRepeatedInTheAnswers_isTakenOff() throws IOException {
        String dialogue = "[{'role':'user','content':'%s'},{'role':'assistant','content':'%s'}]";
        String question = "How do I cook this?";
        String row = "{'user_id':'u','prompt':'%s','chosen':%s,'rejected':%s}\n";
        String rows =
                row.formatted(
                                question,
                                dialogue.formatted(question, "good"),
                                dialogue.formatted(question, "bad"))
                        + row.formatted(
                                question, "'" + question + " good'", "'" + question + " bad'")
                        + row.formatted("Hi", "'Hi you'", "'Hi all'");
        Files.writeString(folder.resolve("x.jsonl"), rows.replace('\'', '"'));

        importTrl("x.jsonl");

        List<Preference> read = CanonicalReader.read(folder.resolve("out")).dataset().preferences();
        for (Preference pair : read.subList(0, 2)) {
            assertThat(pair.prompt()).containsExactly(Message.user(question));
            assertThat(pair.chosen()).containsExactly(Message.assistant("good"));
            assertThat(pair.rejected()).containsExactly(Message.assistant("bad"));
        }
        assertThat(read.get(2).chosenText()).as("too short for a quotation").isEqualTo("Hi you");
    }

    @Test
    void movielens_utf8AndLatin1_giveTheSameTitles() throws IOException {
        String films = "1::Mis\u00e9rables, Les (1995)::Drama\n2::Plain (1999)::Drama\n";
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.ISO_8859_1)) {
            Path in = Files.createDirectories(folder.resolve(charset.name()));
            Files.writeString(in.resolve("users.dat"), "1::F::25::10::48067\n");
            Files.write(in.resolve("movies.dat"), films.getBytes(charset));
            Files.writeString(
                    in.resolve("ratings.dat"), "1::1::5::978300761\n1::2::1::978300762\n");
            Path out = folder.resolve("from-" + charset.name());
            DatasetImport.run(
                    "movielens",
                    List.of(in),
                    out,
                    false,
                    ImportOptions.defaults(),
                    (doing, done, total) -> {});
            assertThat(CanonicalReader.read(out).dataset().preferences().get(0).chosenText())
                    .as(charset.name())
                    .isEqualTo("Mis\u00e9rables, Les (1995)");
        }
    }

    private ImportReport importTrl(String path) {
        return DatasetImport.run(
                        "trl",
                        List.of(folder.resolve(path)),
                        folder.resolve("out"),
                        false,
                        ImportOptions.defaults(),
                        (doing, done, total) -> {})
                .report();
    }

    @Test
    void manyPairsOfOneUser_areSampled() {
        List<RatedPairs.Rated> rated = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rated.add(new RatedPairs.Rated(Integer.toString(i), 1 + i % 5));
        }
        // ratings 1 to 5, 20 films each: 6 of the 25 ordered rating pairs are 2 or more apart
        assertThat(pairs(rated, 10_000)).hasSize(6 * 400);
        assertThat(pairs(rated, 50)).hasSize(50).isEqualTo(pairs(rated, 50));
    }

    private static List<RatedPairs.Pair> pairs(List<RatedPairs.Rated> rated, int most) {
        return RatedPairs.of(rated, Comparator.naturalOrder(), most, SeedTree.root(3));
    }

    private DatasetImport.Outcome run(
            String format, String source, String out, ImportOptions options) {
        return DatasetImport.run(
                format,
                List.of(FIXTURES.resolve(source)),
                folder.resolve(out),
                false,
                options,
                (doing, done, total) -> {});
    }

    private static ImportOptions threads(int threads) {
        ImportOptions d = ImportOptions.defaults();
        return new ImportOptions(
                d.seed(),
                d.minPairs(),
                d.removeUsers(),
                threads,
                d.userColumn(),
                d.idColumn(),
                d.pairsPerUser(),
                d.candidates());
    }

    private static Map<String, byte[]> bytes(Path of) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(of)) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return contents;
    }
}
