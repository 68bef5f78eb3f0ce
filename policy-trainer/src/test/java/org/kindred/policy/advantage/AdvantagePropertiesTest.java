package org.kindred.policy.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kindred.policy.advantage.Steps.normaliser;
import static org.kindred.policy.advantage.Steps.prompt;
import static org.kindred.policy.advantage.Steps.raw;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** Algebra that must hold for any rewards: p-grpo design page, sections 2.4, 2.5 and 6. */
final class AdvantagePropertiesTest {

    @Property(seed = "20261121", tries = 1000)
    void pGrpo_withoutEpsilon_isAnAffineMapOfGrpo(@ForAll long seed) {
        AdvantageNormaliser pGrpo = normaliser(raw(EstimatorKind.P_GRPO), "A", "B", "C");
        AdvantageNormaliser grpo = normaliser(raw(EstimatorKind.GRPO), "A", "B", "C");
        for (List<PromptScores> step : Steps.random(new SplittableRandom(seed), 3)) {
            double[][] a = pGrpo.normalise(step).values();
            double[][] own = grpo.normalise(step).values();
            for (int j = 0; j < a.length; j++) {
                Moments prompt = Moments.of(step.get(j).scores()[0]);
                Moments group = pGrpo.history().orElseThrow().state(step.get(j).group()).rewards();
                double scale = prompt.std(Divisor.POP) / group.std(Divisor.POP);
                double offset = (prompt.mean() - group.mean()) / group.std(Divisor.POP);
                for (int i = 0; i < a[j].length; i++) {
                    assertThat(a[j][i]).isCloseTo(scale * own[j][i] + offset, within(1e-12));
                }
            }
        }
    }

    @Property(seed = "20261121", tries = 200)
    void historyEstimators_ignoreScaleAndOffsetOfAGroup(
            @ForAll long seed,
            @ForAll @DoubleRange(min = .01, max = 100) double scale,
            @ForAll @DoubleRange(min = -10, max = 10) double offset) {
        for (EstimatorKind kind : List.of(EstimatorKind.P_GRPO, EstimatorKind.P_GRPO_SHRUNK)) {
            AdvantageNormaliser plain = normaliser(raw(kind), "A", "B", "C");
            AdvantageNormaliser moved = normaliser(raw(kind), "A", "B", "C");
            for (List<PromptScores> step : Steps.random(new SplittableRandom(seed), 3)) {
                double[][] a = plain.normalise(step).values();
                double[][] b = moved.normalise(mapGroup(step, "B", scale, offset)).values();
                for (int j = 0; j < a.length; j++) {
                    assertThat(b[j]).containsExactly(a[j], within(1e-7));
                }
            }
        }
    }

    @Property(seed = "20261121", tries = 200)
    void historyEstimators_keepGroupsApartBitwise(@ForAll long seed) {
        for (EstimatorKind kind : List.of(EstimatorKind.P_GRPO, EstimatorKind.P_GRPO_SHRUNK)) {
            AdvantageNormaliser plain = normaliser(raw(kind), "A", "B", "C");
            AdvantageNormaliser changed = normaliser(raw(kind), "A", "B", "C");
            for (List<PromptScores> step : Steps.random(new SplittableRandom(seed), 3)) {
                double[][] a = plain.normalise(step).values();
                double[][] b = changed.normalise(mapGroup(step, "B", -3, 17)).values();
                for (int j = 0; j < a.length; j++) {
                    if (!step.get(j).group().equals("B")) {
                        assertThat(b[j]).isEqualTo(a[j]);
                    }
                }
            }
        }
    }

    private static List<PromptScores> mapGroup(
            List<PromptScores> step, String group, double scale, double offset) {
        List<PromptScores> mapped = new ArrayList<>();
        for (PromptScores p : step) {
            double[] rewards = p.scores()[0].clone();
            for (int i = 0; i < rewards.length && p.group().equals(group); i++) {
                rewards[i] = scale * rewards[i] + offset;
            }
            mapped.add(prompt(p.promptId(), p.group(), rewards));
        }
        return mapped;
    }

    @Property(seed = "20261121", tries = 100)
    void history_doesNotDependOnTheOrderOfArrival(@ForAll long seed) {
        for (EstimatorKind kind : List.of(EstimatorKind.P_GRPO, EstimatorKind.P_GRPO_SHRUNK)) {
            AdvantageNormaliser one = normaliser(AdvantageOptions.defaults(kind), "A", "B", "C");
            AdvantageNormaliser other = normaliser(AdvantageOptions.defaults(kind), "A", "B", "C");
            for (List<PromptScores> step : Steps.random(new SplittableRandom(seed), 3)) {
                List<PromptScores> shuffled = new ArrayList<>(step);
                Collections.shuffle(shuffled, new java.util.Random(seed));
                one.normalise(step);
                other.normalise(shuffled);
            }
            assertThat(Steps.bits(other.history().orElseThrow()))
                    .isEqualTo(Steps.bits(one.history().orElseThrow()));
        }
    }

    @Property(seed = "20261121", tries = 200)
    void whiteningAndTargetRms_keepEveryRatio(@ForAll long seed) {
        List<PromptScores> step = Steps.random(new SplittableRandom(seed), 1).get(0);
        AdvantageOptions plain = raw(EstimatorKind.P_GRPO_SHRUNK);
        double[] a = flat(plain, step);
        double[] whitened = flat(plain.withSize(Whitening.BATCH_RMS, GroupWeight.NONE, 0), step);
        double[] matched = flat(plain.withSize(Whitening.NONE, GroupWeight.NONE, .7), step);
        for (int i = 0; i < a.length; i++) {
            assertThat(whitened[i] * a[0]).isCloseTo(whitened[0] * a[i], within(1e-9));
            assertThat(matched[i] * a[0]).isCloseTo(matched[0] * a[i], within(1e-9));
        }
        double squares = 0; // around each prompt's mean
        AdvantageOptions sized = plain.withSize(Whitening.NONE, GroupWeight.NONE, .7);
        for (double[] row : normaliser(sized, "A", "B", "C").normalise(step).values()) {
            double mean = Arrays.stream(row).average().orElseThrow();
            squares += Arrays.stream(row).map(v -> (v - mean) * (v - mean)).sum();
        }
        assertThat(Math.sqrt(squares / a.length)).isCloseTo(.7, within(1e-12));
    }

    private static double[] flat(AdvantageOptions options, List<PromptScores> step) {
        return BatchSpread.flat(normaliser(options, "A", "B", "C").normalise(step).values());
    }

    @Property(seed = "20261121", tries = 300)
    void ownWeight_liesBetween0And1_andRisesWithSpreadAndSize(
            @ForAll @DoubleRange(min = 0, max = 5) double between,
            @ForAll @DoubleRange(min = .01, max = 5) double within,
            @ForAll @IntRange(min = 2, max = 32) int size) {
        double weight = state(between, within).ownWeight(size);
        assertThat(weight).isBetween(0.0, 1.0);
        assertThat(state(between + 1, within).ownWeight(size)).isGreaterThan(weight);
        if (between > 0) {
            assertThat(state(between, within).ownWeight(size + 1)).isGreaterThan(weight);
        }
    }

    /** A state of 11 visits with the given variances and negligible noise of prompt means. */
    private static PromptMoments state(double between, double within) {
        return new PromptMoments(
                new Moments(11, 4, 0, 10 * between), 100 * within, 100, 0, LogSpreads.EMPTY);
    }

    @Property(seed = "20261121", tries = 200)
    void predictiveScale_isTheStandardDeviationOfTheResidual(
            @ForAll @DoubleRange(min = .1, max = 5) double between,
            @ForAll @DoubleRange(min = .1, max = 5) double within) {
        PromptMoments prompts = state(between, within);
        double weight = prompts.ownWeight(4);
        // sigma2_w + (1 - w) tau2 = sigma2_w (1 + w / (G - 1))
        assertThat(prompts.withinVariance() + (1 - weight) * prompts.betweenVariance())
                .isCloseTo(prompts.withinVariance() * (1 + weight / 3), within(1e-9));
    }

    @Property(seed = "20261121", tries = 300)
    void merge_isAssociativeAndCommutative(
            @ForAll long seed, @ForAll @IntRange(min = 0, max = 1) int far) {
        SplittableRandom random = new SplittableRandom(seed);
        double offset = far * 1e8;
        Moments[] m = new Moments[3];
        for (int k = 0; k < 3; k++) {
            m[k] =
                    Moments.of(
                            random.doubles(1 + random.nextInt(20)).map(x -> x + offset).toArray());
        }
        assertSame(m[0].merge(m[1]), m[1].merge(m[0]));
        assertSame(m[0].merge(m[1]).merge(m[2]), m[0].merge(m[1].merge(m[2])));
    }

    private static void assertSame(Moments actual, Moments expected) {
        assertThat(actual.count()).isEqualTo(expected.count());
        assertThat(actual.mean())
                .isCloseTo(expected.mean(), within(1e-12 * Math.abs(expected.mean())));
        assertThat(actual.squares())
                .isCloseTo(expected.squares(), within(1e-12 * expected.squares()));
    }
}
