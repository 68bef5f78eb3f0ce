package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChecksumsTest {
    @TempDir Path root;
    private Path folder;
    private Path one;

    @BeforeEach
    void write() throws Exception {
        folder = Files.createDirectory(root.resolve("inside"));
        one = Files.writeString(folder.resolve("one.json"), "{\"a\":1}");
        Files.writeString(folder.resolve("two.json"), "{}");
        Checksums.addAll(folder);
    }

    @Test
    void lines_areThoseOfSha256sum() throws Exception {
        assertThat(folder.resolve(Checksums.FILE))
                .hasContent(
                        Sha256.of("{\"a\":1}") + "  one.json\n" + Sha256.of("{}") + "  two.json\n");
    }

    @Test
    void changedFile_isNamed_andGoodOnesPass() throws Exception {
        assertThatCode(() -> Checksums.check(folder)).doesNotThrowAnyException();
        Files.writeString(one, "{\"a\":2}");
        assertThatThrownBy(() -> Checksums.checkTree(root))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("one.json is damaged")
                .hasMessageNotContaining("two.json");
        assertThatCode(() -> Checksums.check(folder, file -> file.endsWith("two.json")))
                .doesNotThrowAnyException();
    }

    @Test
    void rightfulChange_isRenewed_andDroppedOrForeignFilesAreNotChecked() throws Exception {
        Files.writeString(one, "{}");
        Checksums.renew(one);
        assertThatCode(() -> Checksums.check(folder)).doesNotThrowAnyException();

        Checksums.drop(one);
        Files.writeString(one, "anything");
        Path mine = Files.writeString(folder.resolve("mine.txt"), "mine");
        Checksums.renew(mine);
        Files.writeString(mine, "mine still");
        Files.delete(folder.resolve("two.json"));
        assertThatCode(() -> Checksums.check(folder)).doesNotThrowAnyException();
    }

    @Test
    void damagedSums_areNoReasonToTrustTheFiles() throws Exception {
        Files.writeString(folder.resolve(Checksums.FILE), "not a sum\n");
        assertThatThrownBy(() -> Checksums.check(folder))
                .hasMessageContaining(Checksums.FILE)
                .hasMessageContaining("the file is damaged");
    }
}
