package org.kindred.datasets.forget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.CanonicalWriter;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Manifest;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Sha256;
import org.kindred.datasets.User;

final class ForgettingTest {
    private static final String CANARY = "the canary sings about \"harbours\" & lighthouses";
    @TempDir Path run;

    @BeforeEach
    void makeRun() throws IOException {
        CanonicalWriter.write(
                run.resolve("data"),
                new PreferenceDataset(
                        List.of(user("user-1"), user("user-12")),
                        List.of(
                                row("r1", "user-1", CANARY),
                                row("r2", "user-12", "what others say"))),
                List.of(),
                Manifest.named("test"));
        write(
                "data/quarantine.jsonl",
                "{\"file\":\"f\",\"line\":3,\"reason\":\"x\",\"id\":\"r1\"}\n{\"file\":\"f\",\"line\":4,\"reason\":\"x\",\"id\":\"r9\"}\n");
        write(
                "data/truth.json",
                "{\"users\":{\"user-1\":{\"a\":1},\"user-12\":{\"a\":2}},\"version\":1}");
        write(
                "reward/chains.jsonl",
                "{\"user_id\":\"user-1\",\"persona\":\"likes boats\"}\n{\"user_id\":\"user-12\",\"persona\":\"x\"}\n");
        write(
                "reward/prototypes.json",
                "{\"prototypes\":[{\"members\":[\"user-1\",\"user-12\"]}],\"points\":{\"user-1\":[0.5]}}");
        write("reward/judge-cache.sqlite", "SQLite format 3 user-1 " + CANARY);
        write(
                "eval/samples.jsonl",
                "{\"user_id\":\"user-1\",\"completion\":\"c\"}\n{\"user_id\":\"user-12\",\"completion\":\"d\"}\n");
        write(
                "eval/report.html",
                "<p>the canary sings about &quot;harbours&quot; &amp; lighthouses</p>");
        write("eval/other.html", "<p>user-12 alone</p>");
        write("policy/sft/model/model.safetensors", "weights");
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(run.resolve("more.jsonl.gz")))) {
            out.write(
                    "{\"user_id\":\"user-1\"}\n{\"user_id\":\"user-12\"}\n"
                            .getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void user_isInNoFileAfterwards_othersStay() throws IOException {
        Forgetting.Result result = Forgetting.forget(run, "user-1", List.of());
        assertThat(result.remaining()).isEmpty();
        assertThat(result.trained()).containsExactly("policy/sft/model");
        try (Stream<Path> files = Files.walk(run).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                assertThat(text(file)).as(file.toString()).doesNotContain("canary", "\"user-1\"");
            }
        }
        CanonicalReader.Loaded data = CanonicalReader.read(run.resolve("data"));
        assertThat(data.dataset().preferences()).extracting(Preference::id).containsExactly("r2");
        assertThat(data.dataset().users()).extracting(User::id).containsExactly("user-12");
        assertThat(data.manifest().counts()).containsEntry("preferences", 1L);
        assertThat(run.resolve("data/quarantine.jsonl")).content().contains("r9");
        assertThat(run.resolve("data/truth.json")).content().contains("user-12");
        assertThat(run.resolve("reward/prototypes.json")).content().contains("user-12");
        assertThat(run.resolve("eval/samples.jsonl")).content().contains("user-12");
        assertThat(run.resolve("eval/other.html")).exists();
        assertThat(run.resolve("eval/report.html")).doesNotExist();
        assertThat(run.resolve("reward/judge-cache.sqlite")).doesNotExist();
        assertThat(result.removals())
                .contains(
                        new Forgetting.Removal("data/preferences.jsonl", "1 line"),
                        new Forgetting.Removal("data/quarantine.jsonl", "1 line"),
                        new Forgetting.Removal("reward/prototypes.json", "2 entries"));
    }

    @Test
    void historiesOfAService_areNamedAndLeftWhole() throws IOException {
        String journal = "{\"crc32c\":\"0\",\"row\":{\"step\":[0,0]}}\n";
        write("serve/mine/journal.jsonl", journal);
        write("serve/mine/step-0-0.jsonl", "{\"id\":\"user-1\"}\n");
        write("serve/mine/step-1-0.jsonl", "{\"id\":\"0/1\"}\n");
        Forgetting.Result result = Forgetting.forget(run, "user-1", List.of());
        assertThat(result.trained()).contains("serve/mine");
        assertThat(result.remaining()).containsExactly("serve/mine/step-0-0.jsonl");
        assertThat(run.resolve("serve/mine/journal.jsonl")).hasContent(journal);
    }

    /** Kinds of files that kept the person before. */
    @Test
    void everyArtefact_losesThePerson() throws IOException {
        write(
                "reward/scenario-prototypes.json",
                "{\"members\":[{\"user_id\":\"user-1\",\"scenario\":\"s\",\"cell\":0},{\"user_id\":\"user-12\",\"cell\":1}]}");
        write(
                "reward/groups.json",
                "{\"groups\":{\"user-1\":\"a\",\"user-12\":\"b\"},\"scenarios\":{\"user-1\":{\"p\":\"a\"}}}");
        write(
                "win/B.jsonl",
                "{\"id\":\"x\",\"user\":\"user-1\",\"prompt\":\"p\",\"completion\":\"c\"}\n{\"id\":\"y\",\"user\":\"user-12\",\"prompt\":\"p\",\"completion\":\"d\"}\n");
        write(
                "policy/grpo/samples.jsonl",
                "{\"group\":\"a\",\"prompt\":\"r1\",\"completion\":\"c\"}\n{\"group\":\"a\",\"prompt\":\"user-1/q\",\"completion\":\"c\"}\n{\"group\":\"a\",\"prompt\":\"r2\",\"completion\":\"d\"}\n");
        write(
                "policy/grpo/checkpoints/step-2/trainer/rollout.json",
                "{\"prompts\":[{\"id\":\"user-1/r1\",\"completions\":[]},{\"id\":\"user-12/r2\",\"completions\":[]}]}");
        write(
                "policy/grpo/checkpoints/step-2/trainer/manifest.json",
                "{\"files\":{\"trainer/rollout.json\":{\"bytes\":1,\"sha256\":\"0\"}}}");
        write("data/.preferences.jsonl.77.tmp", "{\"user_id\":\"user-1\"}\n");
        Checksums.addAll(run.resolve("data"));
        Checksums.addAll(run.resolve("reward"));

        Forgetting.Result result = Forgetting.forget(run, "user-1", List.of());

        assertThat(result.remaining()).isEmpty();
        try (Stream<Path> files = Files.walk(run).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                assertThat(text(file))
                        .as(file.toString())
                        .doesNotContain("\"user-1\"", "user-1/", "\"r1\"");
            }
        }
        for (String other : List.of("reward/scenario-prototypes.json", "reward/groups.json")) {
            assertThat(text(run.resolve(other))).contains("user-12");
        }
        assertThat(text(run.resolve("policy/grpo/samples.jsonl"))).contains("\"r2\"");
        assertThat(run.resolve("data/.preferences.jsonl.77.tmp")).doesNotExist();
        Checksums.checkTree(run);
        Path rollout = run.resolve("policy/grpo/checkpoints/step-2/trainer/rollout.json");
        assertThat(text(rollout)).contains("user-12/r2");
        assertThat(text(rollout.resolveSibling("manifest.json"))).contains(Sha256.of(rollout));
    }

    @Test
    void shortIds_areFoundWhereTheyMeanPeople_andNowhereElse() throws IOException {
        write(
                "more/preferences.jsonl",
                "{\"id\":\"ml-1:2-3\",\"user_id\":\"1\",\"item_ids\":[\"2\",\"3\"]}\n{\"id\":\"ml-2:1-3\",\"user_id\":\"2\",\"item_ids\":[\"1\",\"3\"]}\n");
        write("more/groups.json", "{\"groups\":{\"1\":\"a\",\"2\":\"1\"},\"sizes\":{\"1\":7}}");
        write("more/table.csv", "user,n\n1,2\n");

        Forgetting.Result result = Forgetting.forget(run.resolve("more"), "1", List.of());

        assertThat(result.remaining()).isEmpty();
        assertThat(text(run.resolve("more/preferences.jsonl")))
                .contains("\"item_ids\":[\"1\",\"3\"]")
                .doesNotContain("ml-1:");
        assertThat(Json.mapper().readTree(text(run.resolve("more/groups.json"))).toString())
                .isEqualTo("{\"groups\":{\"2\":\"1\"},\"sizes\":{\"1\":7}}");
        write("more/bob.jsonl", "{\"user_id\":\"bob\",\"text\":\"t\"}\n");
        write("more/page.html", "<td>bob</td>");
        assertThat(Forgetting.forget(run.resolve("more"), "bob", List.of()).remaining()).isEmpty();
        assertThat(run.resolve("more/page.html")).doesNotExist();
    }

    /** A text with every sign that some language of pages escapes. */
    @Test
    void pages_thatEscapeTheText_areFound() throws IOException {
        write(
                "more/preferences.jsonl",
                "{\"id\":\"a\",\"user_id\":\"anna-1984\",\"chosen\":\"I'm Anna > 40 & it's <me> here\"}\n");
        write("more/a.html", "<p>I&#39;m Anna &gt; 40 &amp; it&#39;s &lt;me&gt; here</p>");
        write("more/b.html", "<p>I'm Anna &gt; 40 &amp; it's &lt;me&gt; here</p>");
        write(
                "more/c.html",
                "<script>\"I'm Anna \\u003e 40 \\u0026 it's \\u003cme\\u003e here\"</script>");

        Forgetting.forget(run.resolve("more"), "anna-1984", List.of());

        assertThat(run.resolve("more")).isDirectoryNotContaining("glob:**.html");
    }

    @Test
    void cacheWithAnEraser_isCleanedByIt() throws IOException {
        ArtefactEraser eraser =
                new ArtefactEraser() {
                    @Override
                    public boolean handles(String relative) {
                        return relative.endsWith("judge-cache.sqlite");
                    }

                    @Override
                    public String erase(Path file, String userId, Set<String> ids) {
                        assertThat(ids).contains("r1");
                        try {
                            Files.writeString(file, "empty");
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                        return "3 rows";
                    }
                };
        Forgetting.Result result = Forgetting.forget(run, "user-1", List.of(eraser));
        assertThat(result.removals())
                .contains(new Forgetting.Removal("reward/judge-cache.sqlite", "3 rows"));
        assertThat(run.resolve("reward/judge-cache.sqlite")).hasContent("empty");
    }

    @Test
    void fileOfUnknownKind_thatStillHoldsText_isReported() throws IOException {
        write("notes.bin", "copied by hand: " + CANARY);
        assertThat(Forgetting.forget(run, "user-1", List.of()).remaining())
                .containsExactly("notes.bin");
    }

    @Test
    void unknownUser_isAnError_nothingChanges() throws IOException {
        String before = text(run.resolve("data/preferences.jsonl"));
        Files.delete(run.resolve("reward/judge-cache.sqlite"));
        assertThatThrownBy(() -> Forgetting.forget(run, "user-99", List.of()))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("check the id")
                .hasMessageNotContaining("user-99");
        assertThat(text(run.resolve("data/preferences.jsonl"))).isEqualTo(before);
    }

    @Test
    void runInUse_isRefused() throws IOException {
        Path lock = run.resolve("run.lock");
        try (FileChannel held =
                FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(held.lock()).isNotNull();
            assertThatThrownBy(() -> Forgetting.forget(run, "user-1", List.of()))
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining("in use");
            assertThatThrownBy(() -> Forgetting.forget(run.resolve("data"), "user-1", List.of()))
                    .as("a part of the run")
                    .hasMessageContaining("in use");
        }
        Files.delete(lock);
        Path inner = Files.createDirectories(run.resolve("seed-1")).resolve("run.lock");
        try (FileChannel held =
                FileChannel.open(inner, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(held.lock()).isNotNull();
            assertThatThrownBy(() -> Forgetting.forget(run, "user-1", List.of()))
                    .as("a folder of runs")
                    .hasMessageContaining("in use");
        }
        assertThat(run.resolve("reward/judge-cache.sqlite")).exists();
    }

    private void write(String name, String content) throws IOException {
        Path file = run.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static String text(Path file) throws IOException {
        if (file.toString().endsWith(".gz")) {
            try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
        return Files.readString(file);
    }

    private static User user(String id) {
        return new User(id, null, null, null);
    }

    private static Preference row(String id, String user, String chosen) {
        return new Preference(
                id,
                user,
                List.of(Message.user("Which song?")),
                List.of(Message.assistant(chosen)),
                List.of(Message.assistant("none")),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }
}
