package org.kindred.policy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Json;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.Tokenizer;

final class PolicyBenchTest {

    @Test
    void shapes_haveTheirPublishedNumberOfParameters() {
        assertThat(BenchShape.SMALL.config().parameterCount()).isEqualTo(9_965_824);
        assertThat(BenchShape.SMOLLM2.config().parameterCount()).isEqualTo(134_515_008);
    }

    @Test
    void run_reportsEveryStepAndPartsThatFitTheWhole() {
        BenchOptions options = new BenchOptions(2, 3, 5, 7, 2, TinyPolicy.ENGINE, 4);
        List<Double> heard = new ArrayList<>();
        try (Tokenizer tokenizer = BenchShape.tokenizer();
                CausalLm model =
                        CausalLm.create(
                                ModelConfig.small(300, 32, 2, 2, 1, 64, 2, 0),
                                TinyPolicy.ENGINE,
                                SeedTree.root(1))) {
            BenchReport report = new PolicyBench("tiny", model, tokenizer, options).run(heard::add);
            assertThat(heard).hasSize(2);
            assertThat(report.loraRank()).isEqualTo(4);
            assertThat(report.threads()).isEqualTo(1);
            assertThat(
                            List.of(
                                    report.generatedTokensPerSecond(),
                                    report.prefillSeconds(),
                                    report.gemmGflops(),
                                    report.readGbPerSecond(),
                                    report.flopUtilisation()))
                    .allSatisfy(value -> assertThat(value).isPositive().isFinite());
            assertThat(report.rolloutSeconds()).isLessThan(report.stepSeconds());
            assertThat(Json.line(report)).contains("\"generated_tokens_per_second\":");
        }
    }

    @Test
    void oneCompletion_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BenchOptions(1, 1, 4, 4, 1, TinyPolicy.ENGINE, 0))
                .withMessageContaining("completions = 1");
    }
}
