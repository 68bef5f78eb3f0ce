package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills real processes while they write. */
@Tag("slow")
final class KilledWriterTest {
    private static final int KILLS = 50;
    private static final int NUMBERS = 200_000;

    @Test
    void write_killedAtAnyMoment_leavesAWholeFileNeverOlderThanAcknowledged(@TempDir Path folder)
            throws Exception {
        Random delays = new Random(1);
        long allAcknowledged = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Path target = folder.resolve("state-" + kill);
            Path log = Files.createFile(folder.resolve("log-" + kill));
            Process writer =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Writer.class.getName(),
                                    target.toString(),
                                    log.toString())
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            boolean ended = writer.waitFor(300 + delays.nextInt(700), TimeUnit.MILLISECONDS);
            writer.destroyForcibly().waitFor();

            assertThat(ended).isFalse();
            long acknowledged = Files.readString(log).chars().filter(c -> c == '\n').count();
            allAcknowledged += acknowledged;
            if (Files.exists(target)) {
                String[] numbers = Files.readString(target).split("\n", -1);
                assertThat(numbers).hasSize(NUMBERS + 1); // a last line end
                assertThat(Long.parseLong(numbers[0])).isGreaterThanOrEqualTo(acknowledged);
                assertThat(numbers[NUMBERS - 1]).isEqualTo(numbers[0]);
            } else {
                assertThat(acknowledged).isZero();
            }
        }
        assertThat(allAcknowledged).isPositive();
    }

    /** Writes 1, 2, 3, ... over the same file and acknowledges each by a line. */
    static final class Writer {
        public static void main(String[] args) throws IOException {
            Path target = Path.of(args[0]);
            Path log = Path.of(args[1]);
            for (int state = 1; ; state++) {
                byte[] text = (state + "\n").repeat(NUMBERS).getBytes(StandardCharsets.UTF_8);
                AtomicFiles.write(target, out -> out.write(text));
                Files.writeString(log, state + "\n", StandardOpenOption.APPEND);
            }
        }
    }
}
