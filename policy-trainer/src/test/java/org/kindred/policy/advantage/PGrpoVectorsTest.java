package org.kindred.policy.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kindred.policy.advantage.Steps.normaliser;
import static org.kindred.policy.advantage.Steps.one;

import org.junit.jupiter.api.Test;

/** Numbers worked out by hand: p-grpo design page, section 6 (G = 4, eps 1e-6, population std). */
final class PGrpoVectorsTest {
    private static final double[][] VISITS = {
        {.8, .6, .9, .7}, {.2, .1, .3, .2}, {.9, .9, .7, .5}, {.6, .8, .8, 1.0}, {.1, .4, .2, .5}
    };
    private static final String[] GROUPS = {"A", "B", "A", "A", "B"};
    private static final double[][] HETEROGENEOUS = {
        {.1, .2, .1, .4}, {.8, .9, 1.0, .9}, {.4, .6, .5, .5}
    };

    private static void assertClose(double[] actual, double... expected) {
        assertThat(actual).containsExactly(expected, within(1e-6));
    }

    private static AdvantageOptions shrunk(ShrinkageScale scale, Whitening whitening) {
        return AdvantageOptions.defaults(EstimatorKind.P_GRPO_SHRUNK)
                .withShrinkageScale(scale)
                .withSize(whitening, GroupWeight.NONE, 0);
    }

    private static double[][] run(AdvantageNormaliser normaliser) {
        double[][] advantages = new double[VISITS.length][];
        for (int k = 0; k < VISITS.length; k++) {
            advantages[k] = one(normaliser, GROUPS[k], VISITS[k]);
        }
        return advantages;
    }

    @Test
    void updateFirst_givesVectorsOfTheDesignPage() {
        AdvantageNormaliser pGrpo =
                normaliser(AdvantageOptions.defaults(EstimatorKind.P_GRPO), "A", "B");
        double[][] a = run(pGrpo);
        assertClose(a[0], .447210, -1.341629, 1.341629, -.447210);
        assertClose(a[1], 0, -1.414194, 1.414194, 0);
        assertClose(a[2], 1.060653, 1.060653, -.353551, -1.767754);
        assertClose(a[3], -1.162468, .232494, .232494, 1.627456);
        assertClose(a[4], -1.133885, 1.133885, -.377962, 1.889808);
        Moments state = pGrpo.history().orElseThrow().state("A").rewards();
        assertThat(state.count()).isEqualTo(12);
        assertThat(state.mean()).isCloseTo(.7666666666666667, within(1e-15));
        assertThat(state.squares()).isCloseTo(.2466666666666667, within(1e-15));
    }

    @Test
    void grpo_ofTheSameVisits_givesItsOwnNumbers() {
        AdvantageNormaliser grpo = normaliser(AdvantageOptions.defaults(EstimatorKind.GRPO), "A");
        assertClose(one(grpo, "A", VISITS[2]), .904529, .904529, -.301510, -1.507548);
        assertClose(one(grpo, "A", VISITS[3]), -1.414204, 0, 0, 1.414204);
        assertClose(one(grpo, "A", VISITS[4]), -1.264903, .632452, -.632452, 1.264903);
    }

    @Test
    void normaliseFirst_readsEarlierVisitsOnly() {
        AdvantageOptions options =
                AdvantageOptions.defaults(EstimatorKind.P_GRPO)
                        .withHistory(
                                HistoryMemory.CUMULATIVE,
                                HistoryOrder.parse("normalise_first:4"),
                                1);
        double[][] a = run(normaliser(options, "A", "B"));
        assertClose(a[0], .447210, -1.341629, 1.341629, -.447210); // below MIN: its own prompt
        assertClose(a[2], 1.341629, 1.341629, -.447210, -2.236048);
        assertClose(a[3], -1.060653, .353551, .353551, 1.767754);
        assertClose(a[4], -1.414194, 2.828387, 0, 4.242581);
    }

    @Test
    void shrinkage_withinWithoutWhitening_givesVectors() {
        AdvantageNormaliser shrunk =
                normaliser(shrunk(ShrinkageScale.WITHIN, Whitening.NONE), "A", "B");
        double[][] a = run(shrunk);
        assertClose(a[0], .516394, -1.549181, 1.549181, -.516394);
        assertClose(a[1], 0, -1.632973, 1.632973, 0);
        assertClose(a[2], .918553, .918553, -.306184, -1.530922);
        assertClose(a[3], -1.020614, .204123, .204123, 1.428860);
        assertClose(a[4], -1.060653, 1.060653, -.353551, 1.767754);
        GroupState state = shrunk.history().orElseThrow().state("A");
        PromptMoments prompts = state.prompts();
        assertThat(prompts.means().count()).isEqualTo(3);
        assertThat(prompts.means().squares()).isCloseTo(.001667, within(1e-6));
        assertThat(prompts.withinSquares()).isCloseTo(.24, within(1e-12));
        assertThat(prompts.freedom()).isEqualTo(9);
        assertThat(prompts.withinVariance()).isCloseTo(.026667, within(1e-6));
        assertThat(prompts.betweenVariance()).isZero();
        assertThat(prompts.ownWeight(4)).isZero();
        // one state serves both: M2_total = M2w + G * M2b
        assertThat(state.rewards().squares())
                .isCloseTo(prompts.withinSquares() + 4 * prompts.means().squares(), within(1e-15));
    }

    @Test
    void shrinkage_predictiveAtFirstVisit_givesVector() {
        AdvantageNormaliser shrunk =
                normaliser(shrunk(ShrinkageScale.PREDICTIVE, Whitening.NONE), "A");
        assertClose(one(shrunk, "A", VISITS[0]), .447211, -1.341632, 1.341632, -.447211);
    }

    @Test
    void shrinkage_totalAtFirstVisit_equalsPredictive() {
        AdvantageNormaliser shrunk = normaliser(shrunk(ShrinkageScale.TOTAL, Whitening.NONE), "A");
        assertClose(one(shrunk, "A", VISITS[0]), .447211, -1.341632, 1.341632, -.447211);
    }

    @Test
    void shrinkage_ofHeterogeneousPrompts_followsThePromptMean() {
        AdvantageNormaliser shrunk = normaliser(shrunk(ShrinkageScale.WITHIN, Whitening.NONE), "C");
        assertClose(one(shrunk, "C", HETEROGENEOUS[0]), -.942802, 0, -.942802, 1.885605);
        assertClose(one(shrunk, "C", HETEROGENEOUS[1]), -1.094740, .054737, 1.204215, .054737);
        PromptMoments second = shrunk.history().orElseThrow().state("C").prompts();
        assertThat(second.betweenVariance()).isCloseTo(.241667, within(1e-6));
        assertThat(second.ownWeight(4)).isCloseTo(.981941, within(1e-6));
        assertClose(one(shrunk, "C", HETEROGENEOUS[2]), -1.264899, 1.246048, -.009425, -.009425);
        assertThat(shrunk.history().orElseThrow().state("C").prompts().ownWeight(4))
                .isCloseTo(.970194, within(1e-6));
    }

    @Test
    void pGrpo_ofHeterogeneousPrompts_pushesEverythingOneWay() {
        AdvantageNormaliser pGrpo =
                normaliser(AdvantageOptions.defaults(EstimatorKind.P_GRPO), "C");
        one(pGrpo, "C", HETEROGENEOUS[0]);
        assertClose(one(pGrpo, "C", HETEROGENEOUS[1]), .686801, .961521, 1.236242, .961521);
        assertClose(one(pGrpo, "C", HETEROGENEOUS[2]), -.443078, .221539, -.110769, -.110769);
    }

    @Test
    void shrinkage_withBatchRms_givesVectors() {
        AdvantageOptions options = AdvantageOptions.defaults(EstimatorKind.P_GRPO_SHRUNK);
        assertClose(
                one(normaliser(options, "A"), "A", VISITS[0]),
                .447213,
                -1.341640,
                1.341640,
                -.447213);
        AdvantageNormaliser heterogeneous = normaliser(options, "C");
        one(heterogeneous, "C", HETEROGENEOUS[0]);
        assertClose(
                one(heterogeneous, "C", HETEROGENEOUS[1]), -1.343824, .067191, 1.478208, .067191);
    }
}
