package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code kindred}, before it builds or starts anything. */
final class LauncherTest {
    @TempDir Path folder;

    @Test
    void colonInThePathOfTheCheckout_isRefused_withWhatToDo() throws Exception {
        Path checkout = Files.createDirectory(folder.resolve("a:b"));
        Files.copy(Path.of("../kindred"), checkout.resolve("kindred"));
        ProcessBuilder builder =
                new ProcessBuilder("sh", checkout.resolve("kindred").toString(), "doctor")
                        .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(output)
                .startsWith("kindred: this checkout lies in ")
                .contains("a:b", "Move it")
                .hasLineCount(1);
        assertThat(checkout.resolve("target")).doesNotExist();
    }
}
