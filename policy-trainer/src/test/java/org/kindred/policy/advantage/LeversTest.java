package org.kindred.policy.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.KindredException;

/** Robust group weights, DISCO's rescaling, and the James-Stein scale. */
final class LeversTest {
    private static final Map<String, Double> SHARES = Map.of("A", .8, "B", .2);

    private static AdvantageNormaliser normaliser(AdvantageOptions options) {
        GroupHistory history =
                options.estimator().usesHistory()
                        ? GroupHistory.empty(options.memory(), SHARES.keySet(), "r")
                        : null;
        return new AdvantageNormaliser(options, new double[] {1}, SHARES, history);
    }

    private static PromptScores prompt(String id, String group, double... rewards) {
        return new PromptScores(id, group, null, new double[][] {rewards});
    }

    /** Offsets of whole prompts, which a history leaves in, take nothing from the differences. */
    @Test
    void advantageRms_sizesDifferencesWithinPrompts_notOffsets() {
        for (EstimatorKind kind : List.of(EstimatorKind.GRPO, EstimatorKind.P_GRPO)) {
            AdvantageNormaliser sized =
                    normaliser(
                            AdvantageOptions.defaults(kind)
                                    .withSize(Whitening.NONE, GroupWeight.NONE, .8));
            double[][] a =
                    sized.normalise(List.of(prompt("a", "A", 0, 1), prompt("b", "A", 8, 9)))
                            .values();
            assertThat(a[0][1] - a[0][0]).isCloseTo(2 * .8, within(1e-12));
            assertThat(a[1][1] - a[1][0]).isCloseTo(2 * .8, within(1e-12));
            double offset = kind == EstimatorKind.GRPO ? 0 : 8 * .8; // 4 rewards' units of .5
            assertThat((a[1][0] + a[1][1]) / 2).isCloseTo(offset, within(1e-9));
        }
    }

    private static AdvantageNormaliser robust(double eta) {
        return normaliser(
                AdvantageOptions.defaults(EstimatorKind.DR_GRPO)
                        .withSize(Whitening.NONE, GroupWeight.parse("dro:" + eta), 0));
    }

    @Test
    void robustWeights_startAsInverseShares_andTurnToTheGroupThatGainedLeast() {
        AdvantageNormaliser robust = robust(3);
        double[][] first =
                robust.normalise(List.of(prompt("a", "A", 0, 1), prompt("b", "B", 0, 1))).values();
        // both shortfalls are 1: factors 1 / (2 * 0.8) and 1 / (2 * 0.2) on advantages of 0.5
        assertThat(first[0][1]).isCloseTo(.3125, within(1e-12));
        assertThat(first[1][1]).isCloseTo(1.25, within(1e-12));
        // A: start .5, level .5 + .02 * .4, best stays 1; shortfall 1 - .008 / .5 = .984
        double[][] second =
                robust.normalise(List.of(prompt("c", "A", .8, 1), prompt("d", "B", 0, 1))).values();
        double weightA = Math.exp(3 * .984) / (Math.exp(3 * .984) + Math.exp(3));
        assertThat(second[0][1]).isCloseTo(.1 * weightA / .8, within(1e-12));
        assertThat(second[1][1]).isCloseTo(.5 * (1 - weightA) / .2, within(1e-12));
    }

    @Test
    void disco_multipliesRewardsByRarityAndDifficulty_thenCentres() {
        AdvantageNormaliser disco =
                normaliser(
                        AdvantageOptions.defaults(EstimatorKind.DR_GRPO)
                                .withRewardRescaling(RewardRescaling.DISCO));
        double[] a = disco.normalise(List.of(prompt("b", "B", 0, 1))).values()[0];
        // r * log(1 + 1 / .2) / (.5 + 1e-5), less the mean
        assertThat(a[1]).isCloseTo(.5 * Math.log(6) / .50001, within(1e-9));
        assertThatThrownBy(() -> disco.normalise(List.of(prompt("b", "B", -2, 1))))
                .isInstanceOf(KindredException.class)
                .hasMessageContaining("reward_rescaling = disco");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                AdvantageOptions.defaults(EstimatorKind.GRPO)
                                        .withRewardRescaling(RewardRescaling.DISCO))
                .withMessageContaining("divides the factor out");
    }

    @Test
    void digammaAndTrigamma_areThePublishedValues() {
        // Abramowitz and Stegun, table 6.1: digamma(1) = -Euler's constant, digamma(1/2), trigamma
        assertThat(LogSpreads.digamma(1)).isCloseTo(-.5772156649015329, within(1e-12));
        assertThat(LogSpreads.digamma(.5)).isCloseTo(-1.9635100260214235, within(1e-12));
        assertThat(LogSpreads.digamma(3.5)).isCloseTo(1.1031566406452432, within(1e-12));
        assertThat(LogSpreads.trigamma(1)).isCloseTo(Math.PI * Math.PI / 6, within(1e-12));
        assertThat(LogSpreads.trigamma(.5)).isCloseTo(Math.PI * Math.PI / 2, within(1e-11));
    }

    @Test
    void jamesStein_ofEqualSpreads_isTheCommonOne_ofUnequalOnesThePromptsOwn() {
        assertThat(scaleOfLastPrompt(0)).isBetween(.9, 1.1);
        // spreads e^(2 z): the last prompt, of spread 5, keeps most of it
        assertThat(scaleOfLastPrompt(2)).isGreaterThan(3.5);
    }

    private static double scaleOfLastPrompt(double diversity) {
        SplittableRandom random = new SplittableRandom(3);
        PromptMoments moments = PromptMoments.EMPTY;
        for (int prompt = 0; prompt < 400; prompt++) {
            double spread = Math.exp(diversity * random.nextGaussian());
            double[] rewards = new double[8];
            for (int i = 0; i < rewards.length; i++) {
                rewards[i] = spread * random.nextGaussian();
            }
            moments = moments.plus(rewards);
        }
        double own = diversity == 0 ? 1 : 25;
        return Math.sqrt(moments.spreads().variance(own * 7, 8, 1));
    }

    @Test
    void jamesStein_ofAPromptWithoutSpread_isTheGroupsTypicalOne() {
        LogSpreads seen = LogSpreads.EMPTY.plus(7, 8).plus(7, 8);
        assertThat(seen.variance(0, 8, 9)).isCloseTo(seen.variance(7, 8, 9), within(1e-12));
        assertThat(LogSpreads.EMPTY.variance(0, 8, 9)).isEqualTo(9);
    }
}
