package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFilesTest {

    @TempDir Path folder;

    @Test
    void write_failsHalfWay_keepsTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("a.txt");
        AtomicFiles.writeText(file, "old");

        assertThatThrownBy(
                        () ->
                                AtomicFiles.write(
                                        file,
                                        out -> {
                                            out.write(new byte[100_000]);
                                            throw new IOException("No space left on device");
                                        }))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("a.txt")
                .hasMessageContaining("disk is full");

        assertThat(file).hasContent("old");
        assertThat(entries()).containsExactly("a.txt");
    }

    /** Whatever the user's mask says: artefacts hold texts of people. */
    @Test
    void foldersAndFiles_areMadeForTheirOwnerAlone() throws IOException {
        AtomicFiles.createFolders(folder.resolve("runs/one"));
        AtomicFiles.open(
                        folder.resolve("runs/one/log"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND)
                .close();
        AtomicFiles.writeText(folder.resolve("more/a.txt"), "a");
        FolderLock.take(folder.resolve("locked"), "run.lock", "").close();
        assertThat(List.of("runs", "runs/one", "more", "locked"))
                .allSatisfy(name -> assertThat(mode(name)).isEqualTo("rwx------"));
        assertThat(List.of("runs/one/log", "more/a.txt", "locked/run.lock"))
                .allSatisfy(name -> assertThat(mode(name)).isEqualTo("rw-------"));
    }

    @Test
    void writeFolder_failsHalfWay_leavesNothing() throws IOException {
        assertThatThrownBy(
                        () ->
                                AtomicFiles.writeFolder(
                                        folder.resolve("run"),
                                        inside -> {
                                            Files.writeString(inside.resolve("x"), "x");
                                            throw new IllegalStateException("stop");
                                        }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(entries()).isEmpty();
    }

    @Test
    void writeFolder_withContent_isRefusedBeforeAnyWork() throws IOException {
        Files.createDirectories(folder.resolve("run"));
        Files.writeString(folder.resolve("run/keep"), "x");

        assertThatThrownBy(() -> AtomicFiles.writeFolder(folder.resolve("run"), inside -> {}))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("folder with content");
        assertThat(folder.resolve("run/keep")).exists();
    }

    @Test
    void writeFolder_emptyFolder_isTaken() throws IOException {
        Files.createDirectories(folder.resolve("run"));

        AtomicFiles.writeFolder(
                folder.resolve("run"), inside -> Files.writeString(inside.resolve("x"), "x"));

        assertThat(folder.resolve("run/x")).hasContent("x");
        assertThat(entries()).containsExactly("run");
    }

    @Test
    void write_results_belongToTheOwnerAlone() throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        AtomicFiles.writeFolder(
                folder.resolve("run"),
                inside ->
                        Files.writeString(
                                Files.createDirectory(inside.resolve("s")).resolve("x"), "x"));

        assertThat(mode("run")).isEqualTo("rwx------");
        assertThat(mode("run/s")).isEqualTo("rwx------");
        assertThat(mode("run/s/x")).isEqualTo("rw-------");
    }

    @Test
    void write_belowAFile_saysSo() {
        Path file = folder.resolve("a.txt");
        AtomicFiles.writeText(file, "x");

        assertThatThrownBy(() -> AtomicFiles.writeText(file.resolve("b/c.txt"), "x"))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("a file stands where a folder is needed");
    }

    @Test
    void failure_noPermission_saysWhatToCheck() {
        assertThat(AtomicFiles.failure("reading", folder, new AccessDeniedException("x")))
                .hasMessageContaining("no permission")
                .hasMessageContaining("owner and mode");
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
    }

    private List<String> entries() throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
