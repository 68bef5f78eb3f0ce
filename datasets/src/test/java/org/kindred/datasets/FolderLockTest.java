package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderLockTest {
    @TempDir Path folder;

    @Test
    void take_secondOwner_isRefusedUntilTheFirstLetsGo() {
        Path run = folder.resolve("new/run");
        try (FolderLock lock = FolderLock.take(run, "run.lock", "or choose another folder")) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(() -> FolderLock.take(run, "run.lock", "or choose another folder"))
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining("in use by another process")
                    .hasMessageEndingWith("or choose another folder");
        }
        FolderLock.take(run, "run.lock", "").close();
        assertThat(run.resolve("run.lock")).exists();
    }

    @Test
    void remove_takesATree_andWhatIsNotThere() throws Exception {
        Path tree = Files.createDirectories(folder.resolve("a/b/c")).resolve("file");
        Files.writeString(tree, "x");

        AtomicFiles.remove(folder.resolve("a"));
        AtomicFiles.remove(folder.resolve("a"));

        assertThat(folder.resolve("a")).doesNotExist();
    }
}
