package org.kindred.reward.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.chain.ChainOutcome;
import org.kindred.reward.chain.EvaluationChain;
import org.kindred.reward.scaling.ScaledScores.Source;
import org.kindred.reward.scaling.ScalingPlan.Aggregate;

/** Numbers from the P-GenRM design page, section 6, "Eq. 9". */
final class AggregationTest {
    private static final List<List<@Nullable Double>> OWN =
            List.of(pair(6, 7), pair(8, 6.5), pair(7, 7), pair(7.5, 6));
    private static final List<List<@Nullable Double>> NEIGHBOURS =
            List.of(pair(5, 8), pair(6, 7.5));

    @Test
    void aggregate_twoMeans_isHalfOfEquation9() {
        ScaledScores scores = aggregate(plan(.5, Aggregate.TWO_MEANS), OWN, NEIGHBOURS);

        assertScores(scores, 6.3125, 7.1875); // sums 12.625 and 14.375
        assertThat(scores.source()).isEqualTo(Source.BOTH);
        assertThat(scores.ownSamples()).isEqualTo(4);
        assertThat(scores.neighbourSamples()).isEqualTo(2);
    }

    @Test
    void aggregate_otherWeights_moveTheVerdict() {
        assertScores(aggregate(plan(.75, Aggregate.TWO_MEANS), OWN, NEIGHBOURS), 6.71875, 6.90625);
        assertScores(aggregate(plan(1, Aggregate.TWO_MEANS), OWN, NEIGHBOURS), 7.125, 6.625);
    }

    @Test
    void aggregate_pooled_isOneMean() {
        assertScores(
                aggregate(plan(.5, Aggregate.POOLED), OWN, NEIGHBOURS), 6.583333333333333, 7.0);
    }

    @Test
    void aggregate_marginVote_isMeanSign() {
        // own +1/4, neighbours -1: half of the sum -0.75 on each side of 5.5, times 4.5
        assertScores(
                aggregate(plan(.5, Aggregate.MARGIN_VOTE), OWN, NEIGHBOURS),
                5.5 - 4.5 * .375,
                5.5 + 4.5 * .375);
    }

    @Test
    void aggregate_median_ignoresWildSamples() {
        // own medians 7.25 and 6.75, neighbours' 5.5 and 7.75
        assertScores(aggregate(plan(.5, Aggregate.MEDIAN), OWN, NEIGHBOURS), 6.375, 7.25);
    }

    @Test
    void aggregate_shrunk_weighsSidesByCertainty() {
        // margins own -1, 1.5, 0, 1.5: variance 1.5, error 0.375; neighbours -3, -1.5: 1.125,
        // 0.5625
        double w = 0.5625 / (0.375 + 0.5625);
        assertScores(
                aggregate(plan(.5, Aggregate.SHRUNK), OWN, NEIGHBOURS),
                w * 7.125 + (1 - w) * 5.5,
                w * 6.625 + (1 - w) * 7.75);
    }

    @Test
    void decided_clearMargins_stopEarly() {
        ScalingPlan plan = ScalingPlan.of(8, 0).adaptive(2);
        assertThat(
                        Aggregation.decided(
                                plan,
                                List.of(pair(8, 3), pair(7, 3), pair(8, 4), pair(7, 2)),
                                List.of()))
                .isTrue();
        assertThat(Aggregation.decided(plan, OWN, List.of())).isFalse(); // 0.5 +- 0.61
        assertThat(Aggregation.decided(plan, List.of(pair(9, 1), pair(9, 2)), List.of()))
                .as("fewer than a block")
                .isFalse();
    }

    @Test
    void aggregate_sampleWithAMissingTotal_countsForNeither() {
        List<List<@Nullable Double>> own = new ArrayList<>(OWN);
        own.add(Arrays.asList(null, 2.0));

        ScaledScores scores = aggregate(plan(.5, Aggregate.TWO_MEANS), own, List.of());

        assertScores(scores, 7.125, 6.625); // averaging per response would give 5.7
        assertThat(scores.ownSamples()).isEqualTo(4);
        assertThat(scores.source()).isEqualTo(Source.OWN_ONLY);
    }

    @Test
    void aggregate_responseDeclinedByAll_holdsUpNoOther() {
        ScaledScores scores =
                aggregate(
                        plan(.5, Aggregate.TWO_MEANS),
                        List.of(Arrays.asList(null, 4.0), Arrays.asList(null, 5.0)),
                        List.of());

        assertThat(scores.outcomes().get(0)).isInstanceOf(ScoreOutcome.Abstained.class);
        assertThat(scores.outcomes().get(1)).isEqualTo(new ScoreOutcome.Scored(4.5));
    }

    @Test
    void aggregate_noSamples_fails() {
        ScaledScores scores =
                Aggregation.aggregate(
                        plan(.5, Aggregate.TWO_MEANS), failed(4), failed(2), 2, false);

        assertThat(scores.source()).isEqualTo(Source.NOBODY);
        assertThat(scores.outcomes())
                .containsOnly(new ScoreOutcome.Failed("MALFORMED(no block)", 6))
                .hasSize(2);
    }

    @Test
    void aggregate_neighboursAlone_saysSo() {
        ScaledScores scores = aggregate(plan(.5, Aggregate.TWO_MEANS), List.of(), NEIGHBOURS);

        assertScores(scores, 5.5, 7.75);
        assertThat(scores.source()).isEqualTo(Source.NEIGHBOUR_ONLY);
    }

    @Property(seed = "20261121", tries = 30)
    void aggregate_permutedSamples_giveTheSameBits(@ForAll long seed) {
        List<List<@Nullable Double>> own = new ArrayList<>(OWN);
        Collections.shuffle(own, new Random(seed));

        assertThat(aggregate(plan(.5, Aggregate.TWO_MEANS), own, NEIGHBOURS))
                .isEqualTo(aggregate(plan(.5, Aggregate.TWO_MEANS), OWN, NEIGHBOURS));
    }

    private static ScalingPlan plan(double ownWeight, Aggregate aggregate) {
        return ScalingPlan.of(4, 2).withOwnWeight(ownWeight).withAggregate(aggregate);
    }

    private static ScaledScores aggregate(
            ScalingPlan plan,
            List<List<@Nullable Double>> own,
            List<List<@Nullable Double>> neighbours) {
        return Aggregation.aggregate(plan, side(own), side(neighbours), 2, false);
    }

    private static Side side(List<List<@Nullable Double>> samples) {
        Side side = new Side();
        samples.forEach(
                totals ->
                        side.add(
                                new ChainOutcome.Written(
                                        new EvaluationChain("", List.of(), totals, List.of()))));
        return side;
    }

    private static Side failed(int samples) {
        Side side = new Side();
        for (int i = 0; i < samples; i++) {
            side.add(new ChainOutcome.Failed("MALFORMED(no block)"));
        }
        return side;
    }

    private static void assertScores(ScaledScores scores, double first, double second) {
        assertThat(((ScoreOutcome.Scored) scores.outcomes().get(0)).value())
                .isEqualTo(first, within(1e-12));
        assertThat(((ScoreOutcome.Scored) scores.outcomes().get(1)).value())
                .isEqualTo(second, within(1e-12));
    }

    private static List<@Nullable Double> pair(double first, double second) {
        return List.of(first, second);
    }
}
