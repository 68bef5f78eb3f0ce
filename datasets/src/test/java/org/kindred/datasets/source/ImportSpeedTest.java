package org.kindred.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast an import is in a heap of 512 MiB: {@code target/import-speed.csv}. Measures and asserts
 * no time, since machines differ.
 */
@Tag("slow")
final class ImportSpeedTest {
    @TempDir Path folder;

    @Test
    void oneGigabyte_passesThroughASmallHeap() throws Exception {
        Path result = Path.of("target", "import-speed.csv").toAbsolutePath();
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:+UseSerialGC", // as the launcher does
                                "-cp",
                                System.getProperty("java.class.path"),
                                "org.kindred.datasets.source.ImportSpeed",
                                folder.toString(),
                                System.getProperty("kindred.import.megabytes", "1000"),
                                "4",
                                "2",
                                result.toString())
                        .inheritIO()
                        .start();
        assertThat(process.waitFor()).isZero();
        List<String> rounds = Files.readAllLines(result);
        assertThat(rounds).hasSize(5); // a header and four rounds
    }
}
