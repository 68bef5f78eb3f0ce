package org.kindred.policy.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.KindredException;

final class StepLogTest {
    private final List<String> warnings = new ArrayList<>();

    private static StepMetrics step(long step, double loss) {
        return new StepMetrics(step, Map.of("loss", loss));
    }

    @Test
    void write_givesOneLinePerStepInReportedOrder(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("run/metrics.jsonl");
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 0.1);
        values.put("kl", Double.NaN);
        values.put("entropy", 2.0);
        try (StepLog log = StepLog.openAfter(file, 0, warnings::add)) {
            log.write(new StepMetrics(1, values));
        }
        assertThat(file).hasContent("{\"step\":1,\"loss\":0.1,\"entropy\":2.0}");
    }

    @Test
    void openAfter_dropsStepsBehindTheCheckpointAndACutLine(@TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        try (StepLog log = StepLog.openAfter(file, 0, warnings::add)) {
            log.write(step(1, .5));
            log.write(step(2, .4));
            log.write(step(3, .3));
        }
        Files.writeString(file, Files.readString(file) + "{\"step\":4,\"lo");
        try (StepLog log = StepLog.openAfter(file, 2, warnings::add)) {
            log.write(step(3, .25));
        }
        assertThat(file)
                .hasContent(
                        "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":0.4}\n"
                                + "{\"step\":3,\"loss\":0.25}");
    }

    @Test
    void openAfter_aDamagedLineInTheMiddle_costsThatLineAlone_andIsSaid(@TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        Files.write(
                file,
                "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"l\0ss\u00ff\n{\"step\":3,\"loss\":0.3}\n[]\n{\"step\":4,\"lo"
                        .getBytes(StandardCharsets.ISO_8859_1));
        StepLog.openAfter(file, 3, warnings::add).close();
        assertThat(file).hasContent("{\"step\":1,\"loss\":0.5}\n{\"step\":3,\"loss\":0.3}");
        assertThat(warnings).hasSize(1).first().asString().contains("metrics.jsonl", "[2, 4]");
    }

    @Test
    void read_aDamagedLineInTheMiddle_isNamed_aCutOffLastOneIsLeftOut(@TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("m.jsonl"), "{\"step\":1,\"a\":2}\n{\"st");
        assertThat(StepLog.read(file)).containsExactly(new StepMetrics(1, Map.of("a", 2.0)));
        Files.writeString(file, "{\"step\":1}\n{\"st\n{\"step\":3}\n");
        assertThatThrownBy(() -> StepLog.read(file))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("m.jsonl line 2 is damaged");
    }

    @Test
    void openAfterZero_startsAnew(@TempDir Path folder) {
        Path file = folder.resolve("metrics.jsonl");
        try (StepLog log = StepLog.openAfter(file, 0, warnings::add)) {
            log.write(step(1, .5));
        }
        StepLog.openAfter(file, 0, warnings::add).close();
        assertThat(file).isEmptyFile();
    }

    @Test
    void value_ofAnUnknownMetric_saysWhatThereIs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step(7, .1).value("kl"))
                .withMessageContaining("step 7 has only [loss]");
    }
}
