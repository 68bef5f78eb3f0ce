package org.kindred.reward.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
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
        Vectors.add(place, 1, Cholesky.of(prior.covariance()).times(noise));
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
