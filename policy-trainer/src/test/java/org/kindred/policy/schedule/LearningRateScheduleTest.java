package org.kindred.policy.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Multipliers of transformers' schedulers, as recorded in adamw/lr_schedules.json. */
final class LearningRateScheduleTest {

    private static void assertMultipliers(
            LearningRateSchedule schedule, int warmup, double... expected) {
        double[] actual = new double[expected.length];
        for (int s = 0; s < actual.length; s++) {
            actual[s] = schedule.multiplier(s, expected.length, warmup);
        }
        assertThat(actual).containsExactly(expected, within(1e-7));
    }

    @Test
    void multiplier_isThatOfTransformers() {
        assertMultipliers(LearningRateSchedule.CONSTANT, 0, 1, 1, 1, 1);
        assertMultipliers(LearningRateSchedule.CONSTANT, 3, 0, .3333333, .6666667, 1, 1, 1, 1, 1);
        assertMultipliers(LearningRateSchedule.LINEAR, 0, 1, .875, .75, .625, .5, .375, .25, .125);
        assertMultipliers(
                LearningRateSchedule.LINEAR,
                3,
                0,
                .3333333,
                .6666667,
                1,
                .8571429,
                .7142857,
                .5714286,
                .4285714,
                .2857143,
                .1428571);
        assertMultipliers(
                LearningRateSchedule.COSINE,
                3,
                0,
                .3333333,
                .6666667,
                1,
                .9504844,
                .8117449,
                .6112605,
                .3887395,
                .1882551,
                .04951557);
    }

    @Test
    void linearBonus_reachesZeroAfterTheLastStepOnly() {
        EntropyBonus linear = EntropyBonus.parse("linear:0.3");
        assertThat(linear.at(0, 10)).isEqualTo(.3);
        assertThat(linear.at(9, 10)).isCloseTo(.03, within(1e-15));
        assertThat(EntropyBonus.parse("constant:0.01").at(9, 10)).isEqualTo(.01);
        assertThat(EntropyBonus.parse("none").at(3, 10)).isZero();
        assertThat(linear.spelling()).isEqualTo("linear:0.3");
    }

    @Test
    void bonusWithoutItsNumber_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EntropyBonus.parse("linear"))
                .withMessageContaining("linear:B");
    }
}
