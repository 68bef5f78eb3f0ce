package org.kindred.reward.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kindred.policy.grpo.ScoreOutcome;

final class MatchedCoverageTest {

    private static ScoreOutcome coverage(List<String> wishes, String... criteria) {
        EvaluationChain chain =
                new EvaluationChain(
                        "Wants: anything.",
                        Stream.of(criteria)
                                .map(name -> new ChainCriterion(name, 10, List.of()))
                                .toList(),
                        List.of(5.0),
                        List.of());
        return new MatchedCoverage().coverage("u", chain, wishes);
    }

    private static double value(List<String> wishes, String... criteria) {
        return ((ScoreOutcome.Scored) coverage(wishes, criteria)).value();
    }

    @Test
    void mark_saidSilentOpposite_isOneHalfZero() {
        assertThat(value(List.of("short answers"), "short answers")).isEqualTo(1);
        assertThat(value(List.of("short answers"), "numbers")).isEqualTo(0.5);
        assertThat(value(List.of("short answers"), "long answers")).isEqualTo(0);
        assertThat(value(List.of("hedging"), "no hedging")).isEqualTo(0);
        assertThat(value(List.of("no hedging"), "no hedging")).isEqualTo(1);
    }

    @Test
    void mark_halfOfTheWords_isThreeQuarters() {
        assertThat(value(List.of("polite phrases"), "polite remarks")).isEqualTo(0.75);
    }

    @Test
    void coverage_severalWishes_isTheirMean() {
        // 1, 1/2 and 0
        assertThat(value(List.of("numbers", "emoji", "long answers"), "numbers", "short answers"))
                .isEqualTo(0.5);
    }

    @Test
    void coverage_chainThatNamesBothPoles_earnsNothingForThem() {
        assertThat(value(List.of("short answers"), "short answers", "long answers")).isEqualTo(0);
    }

    @Test
    void coverage_withoutWishes_abstains() {
        assertThat(coverage(List.of(), "numbers")).isInstanceOf(ScoreOutcome.Abstained.class);
        assertThat(coverage(List.of("the answers"), "numbers"))
                .isInstanceOf(ScoreOutcome.Abstained.class);
    }
}
