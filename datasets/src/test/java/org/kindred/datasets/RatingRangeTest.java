package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RatingRangeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0.25, 0 to 1",
        "1, 5, 1, 1 to 5",
        "0, 5, 0.5, 0 to 5",
        "1, 7, 1, 1 to 7",
        "1, 10, 1, 1 to 10",
        "2, 6.5, 0.5, 1 to 10",
        "0, 10, 1, 0 to 10",
        "13, 98, 1, 1 to 100",
        "0, 100, 1, 0 to 100",
        "-1, 1, 0.1, -1 to 1",
        "-3, 3, 1, -5 to 5",
        "-60, 40, 1, -100 to 100",
    })
    void of_usualScales_tellsThem(double least, double most, double step, String scale) {
        assertThat(RatingRange.of(ratings(least, most, step)).map(RatingRange::toString))
                .contains(scale);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 100, 1000, 1 to 100",
        "1, 100, 150, 1 to 100",
        "1, 5, 55, 1 to 5",
        "1, 5, -1, 1 to 5",
        "1, 10, 11, 1 to 10",
        "0, 1, 5, 0 to 1",
        "-5, 5, 44, -5 to 5",
    })
    void of_oneSlip_keepsTheScaleOfTheOthers(double least, double most, double slip, String scale) {
        List<Double> ratings = ratings(least, most, least == 0 ? 0.1 : 1);
        ratings.add(slip);

        RatingRange range = RatingRange.of(ratings).orElseThrow();

        assertThat(range).hasToString(scale);
        assertThat(ratings.stream().filter(rating -> !range.holds(rating))).containsExactly(slip);
    }

    @Test
    void of_rareHighRatings_areOfTheScale() {
        List<Double> ratings = ratings(1, 5, 1);
        ratings.add(9.0);

        assertThat(RatingRange.of(ratings)).contains(new RatingRange(1, 10));
    }

    @Test
    void of_noKnownScale_tellsNone() {
        assertThat(RatingRange.of(ratings(-37, 1_500, 3))).isEmpty();
        assertThat(RatingRange.of(List.of())).isEmpty();
    }

    /** 200 ratings from least to most, both there. */
    private static List<Double> ratings(double least, double most, double step) {
        SplittableRandom random = new SplittableRandom(1);
        List<Double> ratings = new ArrayList<>(List.of(least, most));
        int steps = (int) Math.round((most - least) / step);
        while (ratings.size() < 200) {
            ratings.add(least + step * random.nextInt(steps + 1));
        }
        return ratings;
    }
}
