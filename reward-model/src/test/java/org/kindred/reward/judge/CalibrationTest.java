package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kindred.datasets.SeedTree;

/**
 * Simulation-based calibration (arXiv 1804.06788): people drawn from the prior choose and rate by
 * the model's own likelihood; the posterior must then be right on average.
 */
final class CalibrationTest {
    private static final RatingGaps RATINGS = new RatingGaps(2, 0.5, 1);
    private static final double[][] WIDE = {{1.2, 0.4}, {0.4, 0.8}};
    private static final GaussianMixturePrior ONE = GaussianMixturePrior.around0(WIDE);
    private static final GaussianMixturePrior TWO =
            new GaussianMixturePrior(
                    new double[][] {{1.5, 0}, {-1.5, 1}},
                    new double[][] {{0.4, 0.1}, {0.1, 0.3}},
                    new double[] {0.7, 0.3});
    private static final int PEOPLE = 2_000;

    private record Person(int cloud, double[] place, Choice[] choices) {}

    @Test
    void update_peopleOfThePrior_placesHaveUniformRanks() {
        SplittableRandom random = new SplittableRandom(11);
        int[][] bins = new int[2][20];
        for (int i = 0; i < PEOPLE; i++) {
            Person person = draw(ONE, 12, random);
            Belief belief = ONE.update(person.choices(), RATINGS);
            for (int k = 0; k < 2; k++) {
                double deviation = Math.sqrt(belief.covariance()[k][k]);
                double rank = normal((person.place()[k] - belief.mean()[k]) / deviation);
                bins[k][Math.min(19, (int) (20 * rank))]++;
            }
        }

        // chi-square with 19 degrees of freedom is above 43.8 once in a thousand
        assertThat(chiSquare(bins[0])).isLessThan(43.8);
        assertThat(chiSquare(bins[1])).isLessThan(43.8);
    }

    @Test
    void update_wrongPrior_isNoticed() {
        SplittableRandom random = new SplittableRandom(11);
        GaussianMixturePrior narrow =
                GaussianMixturePrior.around0(new double[][] {{0.3, 0.1}, {0.1, 0.2}});
        int[] bins = new int[20];
        for (int i = 0; i < PEOPLE; i++) {
            Person person = draw(ONE, 12, random);
            Belief belief = narrow.update(person.choices(), RATINGS);
            double deviation = Math.sqrt(belief.covariance()[0][0]);
            bins[
                    Math.min(
                            19,
                            (int)
                                    (20
                                            * normal(
                                                    (person.place()[0] - belief.mean()[0])
                                                            / deviation)))]++;
        }

        assertThat(chiSquare(bins)).isGreaterThan(43.8);
    }

    @Test
    void update_twoClouds_sharesAreProbabilities() {
        SplittableRandom random = new SplittableRandom(12);
        double[] said = new double[5];
        double[] true0 = new double[5];
        int[] people = new int[5];
        for (int i = 0; i < PEOPLE; i++) {
            Person person = draw(TWO, 3, random);
            double share = TWO.update(person.choices(), RATINGS).shares()[0];
            int bin = Math.min(4, (int) (5 * share));
            said[bin] += share;
            true0[bin] += person.cloud() == 0 ? 1 : 0;
            people[bin]++;
        }

        for (int bin = 0; bin < 5; bin++) {
            double expected = said[bin] / people[bin];
            double error = Math.sqrt(expected * (1 - expected) / people[bin]);
            assertThat(true0[bin] / people[bin]).isEqualTo(expected, within(3.5 * error));
        }
    }

    /**
     * A person of the prior and draws of the person's belief must be indistinguishable: the rank of
     * the true place among 19 draws is uniform. Few choices leave the parts of a mixture undecided.
     */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void draw_peopleOfThePrior_areAnyOfTheirDraws(Kind kind) {
        SplittableRandom random = new SplittableRandom(14);
        int[][] bins = new int[2][20];
        for (int i = 0; i < PEOPLE; i++) {
            Person person = draw(kind.truth, 4, random);
            Belief belief = kind.prior.update(person.choices(), RATINGS);
            double[][] drawn = new double[19][];
            for (int d = 0; d < drawn.length; d++) {
                drawn[d] = belief.draw(1, random);
            }
            for (int k = 0; k < 2; k++) {
                int below = 0;
                int equal = 0; // points are met again and again: their order is drawn
                for (double[] z : drawn) {
                    below += z[k] < person.place()[k] ? 1 : 0;
                    equal += z[k] == person.place()[k] ? 1 : 0;
                }
                bins[k][below + random.nextInt(equal + 1)]++;
            }
        }

        assertThat(chiSquare(bins[0])).isLessThan(43.8);
        assertThat(chiSquare(bins[1])).isLessThan(43.8);
    }

    /** What was wrong: the centroid of another prior under the share of a cloud. */
    @Test
    void draw_ofAnotherPrior_isNoticed() {
        SplittableRandom random = new SplittableRandom(14);
        int[] bins = new int[20];
        for (int i = 0; i < PEOPLE; i++) {
            Person person = draw(TWO, 4, random);
            Belief belief = Kind.POINTS.prior.update(person.choices(), RATINGS);
            int below = 0;
            for (int d = 0; d < 19; d++) {
                below += belief.draw(1, random)[0] < person.place()[0] ? 1 : 0;
            }
            bins[below]++;
        }

        assertThat(chiSquare(bins)).isGreaterThan(43.8);
    }

    /** The kinds of priors, and people of each. */
    private enum Kind {
        ONE_CLOUD(ONE, ONE),
        TWO_CLOUDS(TWO, TWO),
        /** One choice counts once, else it would not be the posterior. */
        POINTS(
                new UserPrior.Discrete(
                        new double[][] {{1.5, 0}, {-1.5, 1}, {0, -2}},
                        new double[] {0.5, 0.3, 0.2},
                        1),
                new GaussianMixturePrior(
                        new double[][] {{1.5, 0}, {-1.5, 1}, {0, -2}},
                        new double[][] {{0, 0}, {0, 0}},
                        new double[] {0.5, 0.3, 0.2}));

        private final UserPrior prior;
        private final GaussianMixturePrior truth;

        Kind(UserPrior prior, GaussianMixturePrior truth) {
            this.prior = prior;
            this.truth = truth;
        }
    }

    @Test
    void several_peopleOfTwoClouds_findsThem() {
        SplittableRandom random = new SplittableRandom(13);
        List<Choice[]> people = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            people.add(draw(TWO, 20, random).choices());
        }
        GaussianMixtureFit fit = GaussianMixtureFit.of(people, 2, RATINGS);
        GaussianMixturePrior found = fit.several(2, SeedTree.root(1));

        assertThat(found.shares()[0]).isEqualTo(0.7, within(0.06));
        assertThat(found.means()[0]).containsExactly(new double[] {1.5, 0}, within(0.2));
        assertThat(found.means()[1]).containsExactly(new double[] {-1.5, 1}, within(0.25));
        assertThat(found.covariance()[0][0]).isEqualTo(0.4, within(0.12));
        assertThat(people.stream().mapToDouble(own -> found.evidence(own, RATINGS)).sum())
                .isGreaterThan(
                        people.stream().mapToDouble(own -> fit.one().evidence(own, RATINGS)).sum());
    }

    private static Person draw(GaussianMixturePrior prior, int choices, SplittableRandom random) {
        int cloud = 0;
        for (double u = random.nextDouble(); u >= prior.shares()[cloud]; cloud++) {
            u -= prior.shares()[cloud];
        }
        double[] place = prior.means()[cloud].clone();
        double[] noise = {random.nextGaussian(), random.nextGaussian()};
        if (prior.covariance()[0][0] > 0) { // else points
            Vectors.add(place, 1, Cholesky.of(prior.covariance()).times(noise));
        }
        Choice[] made = new Choice[choices];
        for (int i = 0; i < choices; i++) {
            double[] delta = {
                0.5 * random.nextGaussian(), random.nextGaussian(), random.nextGaussian()
            };
            double margin = UserPrior.margin(delta, place);
            double gap =
                    RATINGS.slope() * margin + random.nextGaussian() / Math.sqrt(RATINGS.weight());
            if (random.nextDouble() >= Vectors.sigmoid(margin)) { // the other one is preferred
                gap = -gap;
                for (int k = 0; k < delta.length; k++) {
                    delta[k] = -delta[k];
                }
            }
            made[i] = new Choice(delta, gap);
        }
        return new Person(cloud, place, made);
    }

    /** Cumulative normal distribution, Abramowitz and Stegun 26.2.17, error below 1e-7. */
    private static double normal(double x) {
        double t = 1 / (1 + 0.2316419 * Math.abs(x));
        double tail =
                Math.exp(-x * x / 2)
                        / Math.sqrt(2 * Math.PI)
                        * t
                        * (0.319381530
                                + t
                                        * (-0.356563782
                                                + t
                                                        * (1.781477937
                                                                + t
                                                                        * (-1.821255978
                                                                                + t
                                                                                        * 1.330274429))));
        return x > 0 ? 1 - tail : tail;
    }

    private static double chiSquare(int[] bins) {
        double expected = (double) PEOPLE / bins.length;
        double sum = 0;
        for (int bin : bins) {
            sum += (bin - expected) * (bin - expected) / expected;
        }
        return sum;
    }
}
