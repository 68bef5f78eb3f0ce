package org.kindred.policy.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StepLogTest {

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
        try (StepLog log = StepLog.openAfter(file, 0)) {
            log.write(new StepMetrics(1, values));
        }
        assertThat(file).hasContent("{\"step\":1,\"loss\":0.1,\"entropy\":2.0}");
    }

    @Test
    void openAfter_dropsStepsBehindTheCheckpointAndACutLine(@TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        try (StepLog log = StepLog.openAfter(file, 0)) {
            log.write(step(1, .5));
            log.write(step(2, .4));
            log.write(step(3, .3));
        }
        Files.writeString(file, Files.readString(file) + "{\"step\":4,\"lo");
        try (StepLog log = StepLog.openAfter(file, 2)) {
            log.write(step(3, .25));
        }
        assertThat(file)
                .hasContent(
                        "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":0.4}\n"
                                + "{\"step\":3,\"loss\":0.25}");
    }

    @Test
    void openAfterZero_startsAnew(@TempDir Path folder) {
        Path file = folder.resolve("metrics.jsonl");
        try (StepLog log = StepLog.openAfter(file, 0)) {
            log.write(step(1, .5));
        }
        StepLog.openAfter(file, 0).close();
        assertThat(file).isEmptyFile();
    }

    @Test
    void value_ofAnUnknownMetric_saysWhatThereIs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> step(7, .1).value("kl"))
                .withMessageContaining("step 7 has only [loss]");
    }
}
