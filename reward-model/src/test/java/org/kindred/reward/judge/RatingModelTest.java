package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.RatingRange;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.RatingScale;
import org.kindred.reward.judge.RatingModel.Rated;

final class RatingModelTest {
    private static final RatingRange HUNDRED = new RatingRange(1, 100);

    @Test
    void unrated_always_makesOneDeviationOneLogit() {
        RatingScale scale = RatingModel.unrated(2).scaleOf(List.of());

        assertThat(scale).isEqualTo(new RatingScale(0, 0.5));
        assertThat(scale.total(0)).isEqualTo(5.5);
        assertThat(scale.total(2)).isEqualTo(1 + 9 / (1 + Math.exp(-1)), within(1e-12));
    }

    @Test
    void fit_usersWithDifferentScales_recoversThem() {
        Map<String, List<Rated>> ratings = new TreeMap<>();
        SplittableRandom random = SeedTree.root(2).random();
        for (int user = 0; user < 40; user++) {
            double offset = user % 2 == 0 ? 1 : -1;
            ratings.put("u" + user, rated(offset, 0.8, 30, random));
        }
        RatingModel model = RatingModel.fit(ratings, HUNDRED, 1);

        assertThat(model.population().offset()).isEqualTo(0, within(0.1));
        assertThat(model.population().gain()).isEqualTo(0.8, within(0.1));
        assertThat(model.offsetVariance()).isEqualTo(1, within(0.2));
        RatingScale mild = model.scaleOf(rated(1, 0.8, 30, random));
        assertThat(mild.offset()).isEqualTo(1, within(0.2));
        assertThat(mild.gain()).isEqualTo(0.8, within(0.15));
    }

    @Test
    void scaleOf_moreRatings_goFartherFromThePopulation() {
        Map<String, List<Rated>> ratings = new TreeMap<>();
        SplittableRandom random = SeedTree.root(2).random();
        for (int user = 0; user < 40; user++) {
            ratings.put("u" + user, rated(user % 2 == 0 ? 1 : -1, 0.8, 30, random));
        }
        RatingModel model = RatingModel.fit(ratings, HUNDRED, 1);
        List<Rated> own = rated(1, 0.8, 20, random);

        double none = model.scaleOf(List.of()).offset();
        double one = model.scaleOf(own.subList(0, 1)).offset();
        double all = model.scaleOf(own).offset();

        assertThat(none).isEqualTo(model.population().offset());
        assertThat(Math.abs(all - 1)).isLessThan(Math.abs(none - 1) / 2);
        assertThat(Math.abs(one - none)).isLessThan(Math.abs(all - none) + 0.5);
    }

    @Test
    void fit_ratingsThatContradictTheChoices_teachNothing() {
        SplittableRandom random = SeedTree.root(2).random();

        RatingModel model = RatingModel.fit(Map.of("u", rated(0, -0.8, 30, random)), HUNDRED, 2);

        assertThat(model.population()).isEqualTo(RatingModel.unrated(2).population());
        assertThat(model.given()).isEqualTo(30);
    }

    /** A 1000 for a 100 made the scale ten times as wide, and all totals alike. */
    @Test
    void fit_oneRatingOutsideTheScale_isCountedAndChangesNothing() {
        SplittableRandom random = SeedTree.root(2).random();
        List<Rated> own = rated(0, 0.8, 60, random);
        RatingModel clean = RatingModel.fit(Map.of("u", own), HUNDRED, 1);
        List<Rated> slipped = new ArrayList<>(own);
        slipped.add(new Rated(1, 1_000));

        RatingModel model = RatingModel.fit(Map.of("u", slipped), HUNDRED, 1);

        assertThat(model.population()).isEqualTo(clean.population());
        assertThat(model.noise()).isEqualTo(clean.noise());
        assertThat(model.given()).isEqualTo(61);
        assertThat(model.outside()).isEqualTo(1);
        assertThat(model.scaleOf(slipped)).isEqualTo(model.scaleOf(own));
    }

    private static List<Rated> rated(
            double offset, double gain, int count, SplittableRandom random) {
        List<Rated> rated = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double utility = random.nextGaussian();
            double logit = offset + gain * utility + 0.2 * random.nextGaussian();
            rated.add(new Rated(utility, 1 + 99 / (1 + Math.exp(-logit))));
        }
        return rated;
    }
}
