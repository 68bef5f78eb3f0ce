package org.kindred.policy.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.kindred.options.Spelling;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.LearningRateSchedule.Shape;

final class SchedulesTest {

    @Test
    void learningRate_risesOverTheWarmUpAndFallsToZero() {
        OptimizerOptions options =
                new OptimizerOptions(
                        .1,
                        Spelling.parse(Shape.class, "value", "linear"),
                        2,
                        AdamWOptions.defaults());
        assertThat(options.rate(0, 6)).isZero();
        assertThat(options.rate(1, 6)).isCloseTo(.05, within(1e-15));
        assertThat(options.rate(2, 6)).isEqualTo(.1);
        assertThat(options.rate(5, 6)).isCloseTo(.025, within(1e-15));
    }

    @Test
    void learningRateThatIsNotPositive_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new OptimizerOptions(0, Shape.CONSTANT, 0, AdamWOptions.defaults()))
                .withMessageContaining("learning_rate = 0.0");
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

    @Test
    void klSchedule_scalesBetaOverTheRun() {
        assertThat(Spelling.parse(KlSchedule.class, "value", "linear").factor(5, 20))
                .isEqualTo(.75);
        assertThat(Spelling.parse(KlSchedule.class, "value", "constant").factor(5, 20))
                .isEqualTo(1);
    }

    @Test
    void forUpdates_runShorterThanItsWarmUp_warmsUpThroughout() {
        OptimizerOptions options =
                new OptimizerOptions(1, Shape.CONSTANT, 5, AdamWOptions.defaults());
        assertThat(options.forUpdates(3).warmupUpdates()).isEqualTo(3);
        assertThat(options.forUpdates(8)).isEqualTo(options);
    }
}
