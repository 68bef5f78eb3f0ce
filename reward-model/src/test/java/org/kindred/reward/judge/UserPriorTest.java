package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;

final class UserPriorTest {
    private static final UserPrior.Discrete CAMPS =
            new UserPrior.Discrete(new double[][] {{-1}, {3}}, new double[] {.75, .25}, 2);

    private static Belief update(UserPrior prior, double[][] deltas) {
        return prior.update(Choice.unrated(deltas), RatingGaps.NONE);
    }

    @Test
    void gaussian_noChoices_isThePrior() {
        Belief belief = update(GaussianMixturePrior.standard(2), new double[0][]);

        assertThat(belief.mean()).containsExactly(0, 0);
        assertThat(belief.covariance()).isDeepEqualTo(new double[][] {{1, 0}, {0, 1}});
    }

    @Test
    void gaussian_oneChoice_solvesItsEquation() {
        // mode: z = sigma(-z) for delta = (0, 1), so z = 0.401058...; variance 1 / (1 + z (1 - z))
        Belief belief = update(GaussianMixturePrior.standard(1), new double[][] {{0, 1}});

        assertThat(belief.mean()[0]).isEqualTo(0.401058138, within(1e-8));
        assertThat(belief.covariance()[0][0])
                .isEqualTo(1 / (1 + 0.401058138 * (1 - 0.401058138)), within(1e-8));
    }

    @Property(seed = "20261121", tries = 60)
    void gaussian_anyChoices_gradientIsZeroAndVarianceShrinks(
            @ForAll @IntRange(min = 1, max = 40) int choices, @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] deltas = new double[choices][4];
        for (double[] delta : deltas) {
            for (int k = 0; k < delta.length; k++) {
                delta[k] = 3 * random.nextGaussian();
            }
        }
        Belief belief = update(GaussianMixturePrior.standard(3), deltas);
        double[] gradient = belief.mean().clone();
        for (double[] delta : deltas) {
            double doubt = Vectors.sigmoid(-UserPrior.margin(delta, belief.mean()));
            for (int k = 0; k < 3; k++) {
                gradient[k] -= doubt * delta[1 + k];
            }
        }

        assertThat(gradient).containsExactly(new double[3], within(1e-7));
        for (int k = 0; k < 3; k++) {
            assertThat(belief.covariance()[k][k]).isLessThanOrEqualTo(1 + 1e-12).isPositive();
        }
    }

    @Test
    void mixture_noChoices_isTheShares() {
        Belief belief = update(CAMPS, new double[0][]);

        assertThat(belief.shares()).containsExactly(new double[] {.75, .25}, within(1e-12));
        assertThat(belief.mean()[0]).isEqualTo(0, within(1e-12)); // -1 * .75 + 3 * .25
        assertThat(belief.covariance()[0][0]).isEqualTo(3, within(1e-12)); // .75 * 1 + .25 * 9
    }

    @Test
    void mixture_oneChoice_weighsByLikelihoodToThePowerTau() {
        Belief belief = update(CAMPS, new double[][] {{0.5, 1}});

        double first = .75 * Math.pow(Vectors.sigmoid(-0.5), 2);
        double second = .25 * Math.pow(Vectors.sigmoid(3.5), 2);
        assertThat(belief.shares()[1]).isEqualTo(second / (first + second), within(1e-12));
    }

    @Test
    void mixture_moreChoices_comeCloserToTheCamp() {
        double[][] choices = new double[12][];
        Arrays.fill(choices, new double[] {0, 0.5});
        double last = update(CAMPS, new double[0][]).shares()[1];

        for (int n = 1; n <= choices.length; n++) {
            double now = update(CAMPS, Arrays.copyOf(choices, n)).shares()[1];
            assertThat(now).isGreaterThan(last);
            last = now;
        }
        assertThat(last).isGreaterThan(0.999);
    }

    @Property(seed = "20261121", tries = 30)
    void update_permutedChoices_givesTheSameBelief(@ForAll long seed) {
        SplittableRandom random = SeedTree.root(seed).random();
        double[][] deltas = new double[9][2];
        for (double[] delta : deltas) {
            delta[0] = random.nextGaussian();
            delta[1] = random.nextGaussian();
        }
        double[][] reversed = new double[9][];
        for (int i = 0; i < 9; i++) {
            reversed[i] = deltas[8 - i];
        }

        assertThat(update(GaussianMixturePrior.standard(1), reversed).mean()[0])
                .isEqualTo(
                        update(GaussianMixturePrior.standard(1), deltas).mean()[0], within(1e-9));
        assertThat(update(CAMPS, reversed).shares()[0])
                .isEqualTo(update(CAMPS, deltas).shares()[0], within(1e-9));
    }
}
