package org.kindred.reward.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.kindred.reward.chain.ChainTotals.Source;

/** Numbers from the P-GenRM design page, section 6, "Recomputation". */
final class ChainTotalsTest {

    @Test
    void of_fullBreakdown_recomputesAndReportsTheMismatch() {
        ChainTotals totals =
                ChainTotals.of(
                        List.of(line(40, 6, 8), line(35, 5, 7), line(25, 6, 8)),
                        List.of(5.4, 7.65));

        assertThat(totals.source()).isEqualTo(Source.RECOMPUTED);
        assertThat(totals.scores().get(0)).isEqualTo(5.65, within(1e-12));
        assertThat(totals.scores().get(1)).isEqualTo(7.65, within(1e-12));
        assertThat(totals.mismatch()).isTrue();
        assertThat(totals.flip()).isFalse();
    }

    @Test
    void of_weightsOfSumNinety_renormalises() {
        ChainTotals totals =
                ChainTotals.of(
                        List.of(line(30, 7, 9), line(30, 8, 6), line(30, 9, 6)), List.of(8.0, 7.0));

        assertThat(totals.scores().get(0)).isEqualTo(8.0, within(1e-12));
        assertThat(totals.scores().get(1)).isEqualTo(7.0, within(1e-12));
        assertThat(totals.mismatch()).isFalse();
    }

    @Test
    void of_statedOrderReversed_reportsTheFlip() {
        ChainTotals totals =
                ChainTotals.of(
                        List.of(line(50, 7, 8), line(30, 6, 7), line(20, 9, 4)), List.of(6.8, 7.0));

        assertThat(totals.scores().get(0)).isEqualTo(7.1, within(1e-12));
        assertThat(totals.scores().get(1)).isEqualTo(6.9, within(1e-12));
        assertThat(totals.flip()).isTrue();
    }

    @Test
    void of_incompleteBreakdown_keepsStatedTotals() {
        assertThat(ChainTotals.of(List.of(line(100, 6, 8)), List.of(5.0, 6.0)).source())
                .isEqualTo(Source.STATED);
        assertThat(
                        ChainTotals.of(List.of(line(50, 6, 8), line(30, 6, 8)), List.of(5.0, 6.0))
                                .source())
                .isEqualTo(Source.STATED);
        assertThat(
                        ChainTotals.of(List.of(line(50, 6, 8), line(50, 6, 11)), List.of(5.0, 6.0))
                                .scores())
                .containsExactly(5.0, 6.0);
    }

    @Property(seed = "20261121", tries = 50)
    void of_scaledWeights_leaveTotalsUnchanged(
            @ForAll @DoubleRange(min = .9, max = 1.1) double by) {
        List<Double> stated = List.of(6.0, 7.0);
        ChainTotals plain = ChainTotals.of(List.of(line(60, 4, 9), line(40, 8, 3)), stated);
        ChainTotals scaled =
                ChainTotals.of(List.of(line(60 * by, 4, 9), line(40 * by, 8, 3)), stated);

        assertThat(scaled.scores().get(0)).isEqualTo(plain.scores().get(0), within(1e-9));
        assertThat(scaled.scores().get(1)).isEqualTo(plain.scores().get(1), within(1e-9));
    }

    private static ChainCriterion line(double weight, double first, double second) {
        return new ChainCriterion("criterion", weight, List.of(first, second));
    }
}
