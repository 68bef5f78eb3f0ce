package org.kindred.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.KindredException;

final class EngineSelfTestTest {
    @Test
    void run_bundledEngine_everyCheckOfEveryArchitecturePasses() {
        EngineReport report = EngineSelfTest.run(HuggingFaceParityTest.OPTIONS);

        assertThat(report.checks()).allMatch(EngineReport.Check::passed);
        assertThat(report.passed()).isTrue();
        assertThat(report.checks()).hasSize(1 + 8 * ModelConfig.Architecture.values().length);
        assertThat(report.toString()).startsWith("libtorch 2.7.1 in ");
    }

    @Test
    void probe_bundledEngine_reportsFromAChildProcess() {
        String report = EngineProbe.run(HuggingFaceParityTest.OPTIONS, Duration.ofMinutes(5));

        assertThat(report).startsWith("libtorch 2.7.1 in ").contains("qwen3 gradients");
    }

    @Test
    void probe_tooLittleTime_saysSo() {
        assertThatThrownBy(
                        () -> EngineProbe.run(HuggingFaceParityTest.OPTIONS, Duration.ofMillis(1)))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("no result after");
    }

    @Test
    void meaning_exitStatusOfASignal_pointsAtTheNativeLibraries() {
        assertThat(EngineProbe.meaning(139)).contains("SIGSEGV").contains("do not belong together");
        assertThat(EngineProbe.meaning(134)).contains("SIGABRT");
        assertThat(EngineProbe.meaning(1)).contains("status 1");
    }

    @Test
    void check_notANumber_doesNotPass() {
        assertThat(new EngineReport.Check("x", Double.NaN, 1e-3).passed()).isFalse();
        assertThat(new EngineReport.Check("x", 2e-3, 1e-3))
                .hasToString("x: 2.0e-03, MORE THAN 1e-03");
    }
}
