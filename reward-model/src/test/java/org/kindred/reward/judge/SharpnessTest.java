package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SharpnessTest {

    @Test
    void of_twoRightOneWrong_solvesItsEquation() {
        // margins m, m, -m: 2 sigma(-s m) = sigma(s m), so s m = ln 2 and every ln sigma is known
        Sharpness sharpness = Sharpness.of(new double[] {4, 4, -4});

        assertThat(sharpness.factor()).isEqualTo(Math.log(2) / 4, within(1e-12));
        assertThat(sharpness.logLikelihood())
                .isEqualTo((2 * Math.log(2.0 / 3) + Math.log(1.0 / 3)) / 3, within(1e-12));
    }

    @Test
    void of_margins_doesNotDependOnTheirUnit() {
        SplittableRandom random = new SplittableRandom(5);
        double[] margins = random.doubles(200).map(x -> x - 0.3).toArray();
        Sharpness plain = Sharpness.of(margins);
        Sharpness tenfold = Sharpness.of(Arrays.stream(margins).map(m -> 10 * m).toArray());

        assertThat(tenfold.factor()).isEqualTo(plain.factor() / 10, within(1e-9));
        assertThat(tenfold.logLikelihood()).isEqualTo(plain.logLikelihood(), within(1e-12));
    }

    @Test
    void of_worseThanChance_isGuessing() {
        Sharpness sharpness = Sharpness.of(new double[] {-1, -2, 0.5});

        assertThat(sharpness.factor()).isEqualTo(0, within(1e-12));
        assertThat(sharpness.logLikelihood()).isEqualTo(-Math.log(2), within(1e-12));
    }
}
