package org.kindred.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.RunFolder.Existing;

final class RunFolderTest {
    @TempDir Path folder;
    private final SupervisedOptions options = SupervisedOptions.defaults();

    @Test
    void resume_knowsFinishedStages_andRefusesOtherOptions() {
        Path root = folder.resolve("run");
        try (RunFolder run = RunFolder.open(root, Existing.REFUSE, options)) {
            run.finish("data");
        }
        try (RunFolder run = RunFolder.open(root, Existing.RESUME, options)) {
            assertThat(run.isFinished("data")).isTrue();
            assertThat(run.isFinished("sft")).isFalse();
        }
        SupervisedOptions other =
                new SupervisedOptions(1, 800, 800, 6_400, 0, 8, 16, 0, options.optimizer());
        assertThatThrownBy(() -> RunFolder.open(root, Existing.RESUME, other))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("batch_rows: 16 -> 8");
    }

    @Test
    void occupiedFolder_isRefused_andOnlyRunsAreReplaced() throws Exception {
        Path root = folder.resolve("run");
        RunFolder.open(root, Existing.REFUSE, options).close();
        Files.writeString(root.resolve("left.txt"), "from before");
        assertThatThrownBy(() -> RunFolder.open(root, Existing.REFUSE, options))
                .hasMessageContaining("--resume");
        RunFolder.open(root, Existing.REPLACE, options).close();
        assertThat(root.resolve("left.txt")).doesNotExist();

        Path mine = Files.createDirectory(folder.resolve("mine"));
        Path kept = Files.writeString(mine.resolve("kept.txt"), "kept");
        assertThatThrownBy(() -> RunFolder.open(mine, Existing.REPLACE, options))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("does not hold a run");
        assertThat(kept).exists();
    }

    @Test
    void runThatStoppedBeforeItWroteAnything_isNoObstacle() throws Exception {
        Path root = folder.resolve("run");
        RunFolder.open(root, Existing.REFUSE, options).close();
        SupervisedOptions corrected =
                new SupervisedOptions(1, 800, 800, 6_400, 0, 8, 16, 0, options.optimizer());
        try (RunFolder run = RunFolder.open(root, Existing.REFUSE, corrected)) {
            run.finish("data");
        }
        assertThat(Files.readString(root.resolve("config.yaml"))).contains("batch_rows: 8");
        assertThatThrownBy(() -> RunFolder.open(root, Existing.REFUSE, corrected))
                .hasMessageContaining("is not empty");

        Path mine = Files.createDirectory(folder.resolve("mine"));
        Files.writeString(mine.resolve("config.yaml"), "of another program");
        assertThatThrownBy(() -> RunFolder.open(mine, Existing.REFUSE, options))
                .hasMessageContaining("is not empty");
    }

    /** A kill between the lock, the options and the state. */
    @Test
    void runThatWasKilledWhileItBegan_isNoObstacle() throws Exception {
        Path root = Files.createDirectory(folder.resolve("run"));
        Files.createFile(root.resolve("run.lock"));
        Files.createFile(root.resolve(".config.yaml-1.tmp"));
        RunFolder.open(root, Existing.REFUSE, options).close();
        Files.delete(root.resolve("state.json"));
        RunFolder.open(root, Existing.REFUSE, options).close();
        assertThat(root.resolve("state.json")).exists();

        Files.delete(root.resolve("state.json"));
        Files.writeString(root.resolve("config.yaml"), "mine");
        assertThatThrownBy(() -> RunFolder.open(root, Existing.REFUSE, options))
                .hasMessageContaining("is not empty");
    }

    @Test
    void command_isThatWhichStartedTheRun() {
        try (RunFolder run = RunFolder.open(folder.resolve("run"), Existing.REFUSE, options)) {
            assertThat(run.command(List.of("kindred", "run", "--seed", "3"), false)).hasSize(4);
            assertThat(run.command(List.of("kindred", "run"), true))
                    .containsExactly("kindred", "run", "--seed", "3");
        }
    }

    @Test
    void join_findsWhatOthersMade_andRefusesItsOwnUnlessResumed() {
        Path root = folder.resolve("run");
        try (RunFolder run = RunFolder.join(root, Existing.REFUSE, Set.of("judge"))) {
            run.begin("judge", "key");
            run.finish("judge", List.of("said"));
        }
        try (RunFolder run = RunFolder.join(root, Existing.REFUSE, Set.of("grpo"))) {
            assertThat(run.isFinished("judge")).isTrue();
            assertThat(run.keyOf("judge")).contains("key");
            assertThat(run.notes()).containsExactly("said");
        }
        assertThatThrownBy(() -> RunFolder.join(root, Existing.REFUSE, Set.of("judge")))
                .hasMessageContaining("--resume");
        assertThatThrownBy(
                        () ->
                                RunFolder.join(
                                        folder.resolve("absent"), Existing.RESUME, Set.of("judge")))
                .hasMessageContaining("nothing to resume");
        assertThat(folder.resolve("absent")).doesNotExist();
    }

    @Test
    void resume_withoutARun_isRefused_andMakesNone() {
        Path root = folder.resolve("absent");
        assertThatThrownBy(() -> RunFolder.open(root, Existing.RESUME, options))
                .hasMessageContaining("nothing to resume");
        assertThat(root).doesNotExist();
    }

    @Test
    void damagedFilesOfARun_areRefusedByName() throws Exception {
        Path root = folder.resolve("run");
        try (RunFolder run = RunFolder.open(root, Existing.REFUSE, options)) {
            Files.writeString(run.path("personas.jsonl"), "{}");
            run.protect(List.of("personas.jsonl"));
            run.finish("judge");
        }
        refusesChanged(root, "personas.jsonl", "{}", "{ }");
        refusesChanged(root, "config.yaml", "batch_rows: 16", "batch_rows: 17");
        refusesChanged(root, "state.json", "judge", "fudge");
        refusesChanged(root, "state.json", "\"version\" : 1", "\"version\" : 99");
        RunFolder.open(root, Existing.RESUME, options).close();
    }

    private void refusesChanged(Path root, String file, String from, String to) throws Exception {
        Path path = root.resolve(file);
        String before = Files.readString(path);
        assertThat(before).contains(from);
        Files.writeString(path, before.replace(from, to));
        assertThatThrownBy(() -> RunFolder.open(root, Existing.RESUME, options))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining(file);
        Files.writeString(path, before);
    }

    @Test
    void whatACrashLeft_isRemoved() throws Exception {
        Path root = folder.resolve("run");
        RunFolder.open(root, Existing.REFUSE, options).close();
        Path left = Files.createDirectories(root.resolve("policy/.model.12-ab.tmp"));
        Files.writeString(left.resolve("config.json"), "{}");
        RunFolder.open(root, Existing.RESUME, options).close();
        assertThat(left).doesNotExist();
    }

    @Test
    void newest_takesTheLastName() throws Exception {
        Files.createDirectory(folder.resolve("run-20260101-000000"));
        Files.createDirectory(folder.resolve("run-20260102-000000"));
        assertThat(RunFolder.newest(folder, "run-")).hasFileName("run-20260102-000000");
        assertThatThrownBy(() -> RunFolder.newest(folder, "other-")).hasMessageContaining("--out");
    }
}
