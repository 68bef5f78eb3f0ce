package org.kindred.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.SeedTree;

/** Statistics against published examples. */
final class InferenceTest {
    /** Darwin's maize, crossed minus self-fertilised, in eighths of an inch (Fisher, 1935). */
    private static final double[] MAIZE = {
        49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48
    };

    /** Extra hours of sleep, drug 2 minus drug 1 (Student, 1908). */
    private static final double[] SLEEP = {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};

    private static List<Bootstrap.Cluster> users(double... differences) {
        return Arrays.stream(differences).mapToObj(d -> new Bootstrap.Cluster(d, 1)).toList();
    }

    @Test
    void permutation_fishersMaize() {
        // Fisher: 863 of 32,768 sign patterns reach the sum of 314 or more, so 1,726 on both sides
        double p = new PermutationTest(100, SeedTree.root(1)).p(users(MAIZE));
        assertThat(p).isEqualTo(1726 / 32768.0);
    }

    @Test
    void permutation_drawnPatterns_comeCloseToAllPatterns() {
        double[] doubled = new double[18];
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] = MAIZE[i % MAIZE.length];
        }
        // all 2^18 sign patterns, counted here by walking a Gray code
        double sum = DoubleStream.of(doubled).sum();
        double walking = sum;
        int extreme = 0;
        boolean[] flipped = new boolean[doubled.length];
        for (int pattern = 1; pattern <= 1 << doubled.length; pattern++) {
            extreme += Math.abs(walking) >= Math.abs(sum) ? 1 : 0;
            int bit = Math.min(Integer.numberOfTrailingZeros(pattern), doubled.length - 1);
            walking += (flipped[bit] ? 2 : -2) * doubled[bit];
            flipped[bit] = !flipped[bit];
        }
        double exact = extreme / (double) (1 << doubled.length);
        double drawn = new PermutationTest(20_000, SeedTree.root(3)).p(users(doubled));
        assertThat(drawn).isCloseTo(exact, within(4 * Math.sqrt(exact / 20_000))); // 4 deviations
        assertThat(new PermutationTest(100, SeedTree.root(1)).p(List.of())).isNaN();
    }

    @Test
    void holm_publishedExample() {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") = 0.03 0.06 0.06 0.02
        double[] adjusted = Holm.adjust(0.01, 0.04, 0.03, 0.005);
        assertThat(adjusted).containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-12));
        assertThat(Holm.adjust(0.01, Double.NaN, 0.04))
                .containsExactly(new double[] {0.02, Double.NaN, 0.04}, within(1e-12));
    }

    @Property(seed = "20261122", tries = 100)
    void holm_isMonotone_andNeverBelowP(
            @ForAll @Size(min = 1, max = 8) List<@DoubleRange(min = 0, max = 1) Double> raw) {
        double[] p = raw.stream().mapToDouble(Double::doubleValue).toArray();
        double[] adjusted = Holm.adjust(p);
        for (int i = 0; i < p.length; i++) {
            // the definition: largest of (m - rank + 1) p over the tests that are not larger
            double oracle = 0;
            for (int j = 0; j < p.length; j++) {
                int rank = 0;
                for (int k = 0; k < p.length; k++) {
                    rank += p[k] < p[j] || (p[k] == p[j] && k < j) ? 1 : 0;
                }
                if (p[j] < p[i] || j == i || (p[j] == p[i] && j < i)) {
                    oracle = Math.max(oracle, Math.min(1, (p.length - rank) * p[j]));
                }
            }
            assertThat(adjusted[i]).isCloseTo(oracle, within(1e-12)).isGreaterThanOrEqualTo(p[i]);
        }
    }

    @Test
    void effect_studentsSleep() {
        // mean 1.58, sd 1.229995: d = 1.284558; J = 1 - 3/35; 9 of 10 sleepers gained, one did not
        Effect effect = Effect.of(users(SLEEP));
        assertThat(effect.d()).isCloseTo(1.284558, within(1e-6));
        assertThat(effect.g()).isCloseTo(1.284558 * 32 / 35, within(1e-6));
        assertThat(effect.superiority()).isCloseTo(0.95, within(1e-12));
    }

    @Test
    void detectableDifference_ofPublishedPowerTable() {
        // Cohen (1988), G*Power: a paired d of 0.5 takes 34 pairs for 80 % power at 5 % two-sided
        double[] standard = new double[34];
        for (int i = 0; i < standard.length; i++) {
            standard[i] = i % 2 == 0 ? Math.sqrt(33 / 34.0) : -Math.sqrt(33 / 34.0); // sd 1
        }
        assertThat(Effect.of(users(standard)).detectable()).isBetween(0.485, 0.5);
        assertThat(Effect.of(users(Arrays.copyOf(standard, 33))).detectable()).isGreaterThan(0.5);
    }

    @Test
    void seeds_equalVariances_giveStudentsInterval() {
        // R: t.test(paired) on the sleep data, 95 % interval 0.7001142 to 2.4598858
        SeedEffect effect =
                SeedEffect.of(
                        Arrays.stream(SLEEP)
                                .mapToObj(x -> new SeedEffect.Estimate(x, 0.01))
                                .toList());
        assertThat(effect.mean()).isCloseTo(1.58, within(1e-9));
        assertThat(effect.low()).isCloseTo(0.7001142, within(1e-6));
        assertThat(effect.high()).isCloseTo(2.4598858, within(1e-6));
    }

    @Test
    void seeds_vaccineTrials_areThoseOfTheLiterature() {
        // Colditz et al. (1994), 13 trials, log relative risk; metafor, method DL: estimate
        // -0.7141,
        // tau2 0.3088, I2 92.12 %
        int[][] trials = {
            {4, 119, 11, 128},
            {6, 300, 29, 274},
            {3, 228, 11, 209},
            {62, 13536, 248, 12619},
            {33, 5036, 47, 5761},
            {180, 1361, 372, 1079},
            {8, 2537, 10, 619},
            {505, 87886, 499, 87892},
            {29, 7470, 45, 7232},
            {17, 1699, 65, 1600},
            {186, 50448, 141, 27197},
            {5, 2493, 3, 2338},
            {27, 16886, 29, 17825}
        };
        List<SeedEffect.Estimate> estimates = new ArrayList<>();
        for (int[] t : trials) {
            double treated = t[0] + t[1];
            double control = t[2] + t[3];
            estimates.add(
                    new SeedEffect.Estimate(
                            Math.log(t[0] / treated / (t[2] / control)),
                            1.0 / t[0] - 1 / treated + 1.0 / t[2] - 1 / control));
        }
        SeedEffect effect = SeedEffect.of(estimates);
        assertThat(effect.mean()).isCloseTo(-0.7141, within(5e-5));
        assertThat(effect.between() * effect.between()).isCloseTo(0.3088, within(5e-5));
        assertThat(effect.share()).isCloseTo(0.9212, within(5e-5));
        assertThat(SeedEffect.of(estimates.subList(0, 1)).low()).isNaN();
    }

    @Test
    void contrast_saysItPlainly() {
        Contrast.Maker maker = new Contrast.Maker(1000, SeedTree.root(5));
        Contrast clear = maker.of(users(SLEEP));
        assertThat(clear.verdict()).isEqualTo("better");
        assertThat(clear.sentence("drug 2", "drug 1", "hours of sleep", ""))
                .startsWith("drug 2 is better than drug 1 in hours of sleep (difference +1.580");
        Contrast unclear = maker.of(users(MAIZE));
        assertThat(unclear.verdict()).isEqualTo("not distinguishable");
        assertThat(unclear.sentence("crossed", "selfed", "height", "pot 1"))
                .startsWith("On pot 1, crossed and selfed are not distinguishable in height")
                .contains("would have been found in four of five");
        assertThat(maker.of(users(1)).sentence("a", "b", "x", "")).contains("cannot be compared");
    }

    /** How often the interval holds the truth, over 1,000 simulated studies of 100 users. */
    @Test
    void interval_covers95Percent_ofSimulatedStudies() {
        assertThat(coverage(11, 0, InferenceTest::gaussian)).isBetween(0.935, 0.965);
        assertThat(coverage(12, 0.6, InferenceTest::choices)).isBetween(0.935, 0.965);
        assertThat(coverage(13, 1, InferenceTest::skewed)).isBetween(0.935, 0.965);
    }

    private interface Study {
        Bootstrap.Cluster user(SplittableRandom random);
    }

    private static double coverage(long seed, double truth, Study study) {
        SplittableRandom random = new SplittableRandom(seed);
        int covered = 0;
        for (int repeat = 0; repeat < 1000; repeat++) {
            List<Bootstrap.Cluster> users = new ArrayList<>();
            for (int u = 0; u < 100; u++) {
                users.add(study.user(random));
            }
            Interval interval = new Bootstrap(1000, SeedTree.root(seed).child(repeat)).mean(users);
            covered += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
        }
        return covered / 1000.0;
    }

    /** Ten differences around the user's own mean. */
    private static Bootstrap.Cluster gaussian(SplittableRandom random) {
        double taste = random.nextGaussian();
        double sum = 0;
        for (int i = 0; i < 10; i++) {
            sum += taste + random.nextGaussian();
        }
        return new Bootstrap.Cluster(sum, 10);
    }

    /** 5 to 30 choices, each predicted with the user's own probability: 0.4, 0.6 or 0.8. */
    private static Bootstrap.Cluster choices(SplittableRandom random) {
        double p = 0.4 + 0.2 * random.nextInt(3);
        int pairs = random.nextInt(5, 31);
        int right = 0;
        for (int i = 0; i < pairs; i++) {
            right += random.nextDouble() < p ? 1 : 0;
        }
        return new Bootstrap.Cluster(right, pairs);
    }

    /** One exponential value of mean 1. */
    private static Bootstrap.Cluster skewed(SplittableRandom random) {
        return new Bootstrap.Cluster(-Math.log(1 - random.nextDouble()), 1);
    }

    /** Two policies that both write nothing of use have 0 everywhere: no study could tell more. */
    @Test
    void contrast_withoutAnyDifference_saysEqual_notIndistinguishable() {
        List<Bootstrap.Cluster> users =
                java.util.Collections.nCopies(8, new Bootstrap.Cluster(0, 2));
        Contrast none = new Contrast.Maker(100, SeedTree.root(1)).of(users);
        assertThat(none.sentence("grpo", "sft", "true utility", ""))
                .isEqualTo(
                        "grpo and sft are equal in true utility for each of 8 users: nothing can be told"
                                + " from it.");
    }
}
