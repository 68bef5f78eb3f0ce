package org.kindred.policy.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kindred.policy.advantage.Steps.normaliser;
import static org.kindred.policy.advantage.Steps.one;
import static org.kindred.policy.advantage.Steps.prompt;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

final class EstimatorsTest {

    private static double[][] step(EstimatorKind kind, double[]... prompts) {
        List<PromptScores> step = new java.util.ArrayList<>();
        for (double[] rewards : prompts) {
            step.add(prompt("p" + step.size(), "A", rewards));
        }
        return normaliser(AdvantageOptions.defaults(kind).withStd(Divisor.POP, 0), "A")
                .normalise(step)
                .values();
    }

    @ParameterizedTest
    @EnumSource(EstimatorKind.class)
    void equalRewardsAtFirst_giveExactlyZero(EstimatorKind kind) {
        // a float standard deviation of .1 thrice is not 0; equality of the rewards decides
        double[][] advantages = step(kind, new double[] {.1, .1, .1}, new double[] {.1, .1, .1});
        assertThat(advantages[0]).containsExactly(0, 0, 0);
        assertThat(advantages[1]).containsExactly(0, 0, 0);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"REINFORCE_PP", "GDPO", "P_GRPO", "P_GRPO_SHRUNK"})
    void promptOfEqualRewards_besideOthers_getsZeroWhereThePromptIsTheBaseline(EstimatorKind kind) {
        assertThat(step(kind, new double[] {.3, .3, .3}, new double[] {.1, .9, .4})[0])
                .containsExactly(0, 0, 0);
    }

    @Test
    void promptOfEqualRewards_carriesSignalUnderPGrpo() {
        double[][] a = step(EstimatorKind.P_GRPO, new double[] {1, 1}, new double[] {0, 2});
        assertThat(a[0]).containsExactly(0, 0);
        double[][] b = step(EstimatorKind.P_GRPO, new double[] {3, 3}, new double[] {0, 2});
        assertThat(b[0][0]).isGreaterThan(0).isEqualTo(b[0][1]);
    }

    @Test
    void drGrpoAndRloo_centreWithoutScaling() {
        double[] rewards = {1, 2, 6};
        assertThat(step(EstimatorKind.DR_GRPO, rewards)[0])
                .containsExactly(new double[] {-2, -1, 3}, within(1e-12));
        // others of 1: (2 + 6) / 2
        assertThat(step(EstimatorKind.RLOO, rewards)[0])
                .containsExactly(new double[] {-3, -1.5, 4.5}, within(1e-12));
    }

    @Test
    void reinforcePp_standardisesOverTheStep() {
        // all rewards: mean 2, population variance 2
        double[][] a = step(EstimatorKind.REINFORCE_PP, new double[] {0, 2}, new double[] {2, 4});
        double unit = Math.sqrt(2);
        assertThat(a[0]).containsExactly(new double[] {-unit, 0}, within(1e-12));
        assertThat(a[1]).containsExactly(new double[] {0, unit}, within(1e-12));
    }

    @Test
    void reinforcePpBaselineAndLitePpo_differInTheSpreadTheyDivideBy() {
        double[] low = {0, 2};
        double[] high = {10, 14};
        // centred: -1 1 -2 2, variance 2.5; rewards: mean 6.5, variance 32.75
        double[][] baseline = step(EstimatorKind.REINFORCE_PP_BASELINE, low, high);
        assertThat(baseline[1][1]).isCloseTo(2 / Math.sqrt(2.5), within(1e-12));
        double[][] lite = step(EstimatorKind.LITE_PPO, low, high);
        assertThat(lite[1][1]).isCloseTo(2 / Math.sqrt(32.75), within(1e-12));
    }

    @Test
    void promptMeanBaseline_keepsOnlyTheScaleOfTheHistory() {
        AdvantageOptions options =
                AdvantageOptions.defaults(EstimatorKind.P_GRPO)
                        .withBaseline(HistoryBaseline.PROMPT_MEAN)
                        .withStd(Divisor.POP, 0);
        AdvantageNormaliser control = normaliser(options, "A");
        one(control, "A", 0, 4);
        // rewards so far 0 4 10 12: variance 22.75
        assertThat(one(control, "A", 10, 12))
                .containsExactly(
                        new double[] {-1 / Math.sqrt(22.75), 1 / Math.sqrt(22.75)}, within(1e-12));
    }

    @Test
    void clip_boundsAdvantagesAndCountsThem() {
        AdvantageOptions options =
                AdvantageOptions.defaults(EstimatorKind.DR_GRPO).withAdvantageClip(10);
        Advantages advantages =
                normaliser(options, "A")
                        .normalise(List.of(prompt("1", "A", 0, 100), prompt("2", "A", 1, 3)));
        assertThat(advantages.values()[0]).containsExactly(-10, 10);
        assertThat(advantages.values()[1]).containsExactly(-1, 1);
        assertThat(advantages.clipRatio()).isEqualTo(.5);
    }

    @Test
    void inverseShare_givesEveryGroupTheSameTotalWeight() {
        AdvantageOptions options =
                AdvantageOptions.defaults(EstimatorKind.DR_GRPO)
                        .withSize(Whitening.NONE, GroupWeight.parse("inverse_share:1"), 0);
        AdvantageNormaliser weighted =
                new AdvantageNormaliser(options, new double[] {1}, Map.of("A", .8, "B", .2), null);
        double[][] a =
                weighted.normalise(List.of(prompt("1", "A", 0, 2), prompt("2", "B", 0, 2)))
                        .values();
        assertThat(a[0][1]).isCloseTo(1 / .8 / 2, within(1e-12));
        assertThat(a[1][1]).isCloseTo(1 / .2 / 2, within(1e-12));
    }

    @Test
    void normaliseFirst_countsPromptsWithoutHistory() {
        AdvantageOptions options =
                AdvantageOptions.defaults(EstimatorKind.P_GRPO)
                        .withHistory(
                                HistoryMemory.CUMULATIVE,
                                HistoryOrder.parse("normalise_first:2"),
                                1);
        AdvantageNormaliser normaliser = normaliser(options, "A", "B");
        normaliser.normalise(List.of(prompt("1", "A", 0, 1)));
        Advantages second =
                normaliser.normalise(List.of(prompt("1", "A", 0, 1), prompt("2", "B", 0, 1)));
        assertThat(second.fallbackRatio()).isEqualTo(.5);
    }

    @Test
    void predictiveAdvantages_ofSimulatedPrompts_haveUnitVariance() {
        AdvantageOptions options =
                Steps.raw(EstimatorKind.P_GRPO_SHRUNK)
                        .withShrinkageScale(ShrinkageScale.PREDICTIVE);
        AdvantageNormaliser normaliser = normaliser(options, "A");
        SplittableRandom random = new SplittableRandom(5);
        Moments advantages = Moments.EMPTY;
        for (int visit = 0; visit < 40_000; visit++) {
            double prompt = random.nextGaussian() * .7;
            double[] rewards = new double[4];
            for (int i = 0; i < 4; i++) {
                rewards[i] = 3 + prompt + random.nextGaussian() * .5;
            }
            double[] a = one(normaliser, "A", rewards);
            if (visit >= 2000) {
                for (double value : a) {
                    advantages = advantages.plus(value);
                }
            }
        }
        assertThat(advantages.variance(Divisor.POP)).isCloseTo(1, within(.02));
    }

    @Test
    void shrinkageWithoutPromptSpread_centresAsPGrpo() {
        GroupState state =
                new GroupState(
                        Moments.of(1, 3, 1, 3),
                        PromptMoments.EMPTY.plus(1, 3).plus(1, 3),
                        List.of(),
                        2);
        double[] rewards = {0, 5};
        double[] shrunk = new ShrunkPGrpo(0, ShrinkageScale.TOTAL).advantages(rewards, state);
        double[] pGrpo =
                new PGrpo(Divisor.POP, 0, HistoryBaseline.GROUP_HISTORY).advantages(rewards, state);
        double ratio = shrunk[0] / pGrpo[0];
        assertThat(shrunk[1] / pGrpo[1]).isCloseTo(ratio, within(1e-12));
    }

    @Test
    void shrinkageAtColdStart_centresByTheOtherCompletions() {
        double[] rewards = {1, 2, 6};
        GroupState cold =
                new GroupState(
                        Moments.of(rewards), PromptMoments.EMPTY.plus(rewards), List.of(), 1);
        double std = Math.sqrt(7); // sum of squares 14, two degrees of freedom
        assertThat(new ShrunkPGrpo(0, ShrinkageScale.WITHIN).advantages(rewards, cold))
                .containsExactly(new double[] {-3 / std, -1.5 / std, 4.5 / std}, within(1e-12));
    }
}
