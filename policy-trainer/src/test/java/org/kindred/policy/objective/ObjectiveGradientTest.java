package org.kindred.policy.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Derivatives by formula against central differences in double precision. */
final class ObjectiveGradientTest {
    private static final double STEP = 1e-6;
    private static final double BETA = .04;
    private static final double ENTROPY_COEFFICIENT = .01;
    private static final Divisors DIVISORS = new Divisors(5, 30, 37, 12);

    @TestFactory
    Stream<DynamicTest> derivatives_equalCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (LossType type : LossType.values()) {
            for (ImportanceLevel level : ImportanceLevel.values()) {
                for (boolean corrected : new boolean[] {true, false}) {
                    ObjectiveOptions options = options(type, level, corrected, null, 1, null);
                    tests.add(
                            DynamicTest.dynamicTest(
                                    type + " " + level + " " + corrected, () -> check(options)));
                }
            }
        }
        ImportanceLevel token = ImportanceLevel.TOKEN;
        ObjectiveOptions masks = options(LossType.GRPO, token, true, 1.4, .4, .02);
        tests.add(DynamicTest.dynamicTest("delta and masks", () -> check(masks)));
        return tests.stream();
    }

    private static ObjectiveOptions options(
            LossType type,
            ImportanceLevel level,
            boolean corrected,
            Double delta,
            double quantile,
            Double offPolicy) {
        Double high = type == LossType.CISPO ? Double.valueOf(1.3) : null;
        return new ObjectiveOptions(
                type, level, .2, high, delta, corrected, quantile, offPolicy, 1.2);
    }

    private static void check(ObjectiveOptions options) {
        TokenRows rows = random(3);
        Objective.Gradient gradient =
                new Objective(options)
                        .evaluate(
                                rows,
                                DIVISORS,
                                BETA,
                                ENTROPY_COEFFICIENT,
                                new LossStatistics(options));
        boolean stops =
                options.lossType() == LossType.CISPO || options.lossType() == LossType.VESPO;
        ToDoubleFunction<TokenRows> loss =
                stops ? frozenWeights(options, rows) : r -> loss(options, r);
        for (int i = 0; i < rows.size(); i++) {
            for (int t = 0; t < rows.logProbs()[i].length; t++) {
                double expected =
                        rows.mask()[i][t] ? difference(loss, rows, rows.logProbs()[i], t) : 0;
                assertThat(gradient.dLogProb()[i][t])
                        .isCloseTo(expected, within(1e-5 * Math.abs(expected) + 1e-9));
                double byEntropy = rows.mask()[i][t] ? -ENTROPY_COEFFICIENT / DIVISORS.tokens() : 0;
                assertThat(gradient.dEntropy()[i][t]).isCloseTo(byEntropy, within(1e-15));
            }
        }
    }

    private static double loss(ObjectiveOptions options, TokenRows rows) {
        LossStatistics statistics = new LossStatistics(options);
        new Objective(options).evaluate(rows, DIVISORS, BETA, ENTROPY_COEFFICIENT, statistics);
        return statistics.loss();
    }

    /**
     * CISPO and VESPO hold their weight constant; the loss with weights frozen at {@code at} is
     * linear in lp, apart from the KL term: loss without KL at {@code at} gives the slopes.
     */
    private static ToDoubleFunction<TokenRows> frozenWeights(
            ObjectiveOptions options, TokenRows at) {
        double[][] slopes =
                new Objective(options)
                        .evaluate(at, DIVISORS, 0, 0, new LossStatistics(options))
                        .dLogProb();
        double policyLoss = 0;
        for (int i = 0; i < at.size(); i++) {
            for (int t = 0; t < slopes[i].length; t++) {
                policyLoss += at.mask()[i][t] ? slopes[i][t] * at.logProbs()[i][t] : 0;
            }
        }
        LossStatistics statistics = new LossStatistics(options);
        new Objective(options).evaluate(at, DIVISORS, 0, 0, statistics);
        assertThat(policyLoss).isCloseTo(statistics.loss(), within(1e-12)); // linear indeed
        double[] advantages = new double[at.size()];
        return rows -> {
            double sum = loss(options, with(rows, advantages)); // the KL term and the bonus alone
            for (int i = 0; i < rows.size(); i++) {
                for (int t = 0; t < slopes[i].length; t++) {
                    sum += rows.mask()[i][t] ? slopes[i][t] * rows.logProbs()[i][t] : 0;
                }
            }
            return sum;
        };
    }

    private static TokenRows with(TokenRows rows, double[] advantages) {
        return new TokenRows(
                rows.logProbs(),
                rows.oldLogProbs(),
                rows.referenceLogProbs(),
                rows.sampledLogProbs(),
                rows.entropies(),
                advantages,
                rows.mask());
    }

    private static double difference(
            ToDoubleFunction<TokenRows> loss, TokenRows rows, double[] row, int token) {
        double at = row[token];
        row[token] = at + STEP;
        double above = loss.applyAsDouble(rows);
        row[token] = at - STEP;
        double below = loss.applyAsDouble(rows);
        row[token] = at;
        return (above - below) / (2 * STEP);
    }

    /** Five ragged rows, some tokens and one whole row masked, NaN where masked. */
    private static TokenRows random(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] lengths = {7, 3, 9, 4, 7};
        double[][] logProbs = new double[5][];
        double[][] old = new double[5][];
        double[][] reference = new double[5][];
        double[][] sampled = new double[5][];
        double[][] entropies = new double[5][];
        double[] advantages = {1.3, -.7, -1.1, .4, .9};
        boolean[][] mask = new boolean[5][];
        for (int i = 0; i < 5; i++) {
            logProbs[i] = random.doubles(lengths[i], -6, -.1).toArray();
            old[i] = logProbs[i].clone();
            reference[i] = logProbs[i].clone();
            sampled[i] = new double[lengths[i]];
            entropies[i] = random.doubles(lengths[i], .2, 4).toArray();
            mask[i] = new boolean[lengths[i]];
            for (int t = 0; t < lengths[i]; t++) {
                old[i][t] += random.nextDouble(-.4, .4);
                reference[i][t] += random.nextDouble(-.5, .5);
                sampled[i][t] = old[i][t] + random.nextDouble(-.4, .4);
                mask[i][t] = i != 3 && t < 6;
                if (!mask[i][t]) {
                    logProbs[i][t] = Double.NaN;
                    entropies[i][t] = Double.NaN;
                }
            }
        }
        return new TokenRows(logProbs, old, reference, sampled, entropies, advantages, mask);
    }

    @Test
    void microBatches_addUpToTheWholeStep() {
        TokenRows whole = random(8);
        for (LossType type : LossType.values()) {
            ObjectiveOptions options = options(type, ImportanceLevel.TOKEN, true, null, 1, null);
            LossStatistics parts = new LossStatistics(options);
            for (int i = 0; i < whole.size(); i++) {
                new Objective(options)
                        .evaluate(row(whole, i), DIVISORS, BETA, ENTROPY_COEFFICIENT, parts);
            }
            assertThat(parts.loss()).isCloseTo(loss(options, whole), within(1e-14));
        }
    }

    private static TokenRows row(TokenRows rows, int i) {
        return new TokenRows(
                new double[][] {rows.logProbs()[i]},
                new double[][] {rows.oldLogProbs()[i]},
                new double[][] {rows.referenceLogProbs()[i]},
                new double[][] {rows.sampledLogProbs()[i]},
                new double[][] {rows.entropies()[i]},
                new double[] {rows.advantages()[i]},
                new boolean[][] {rows.mask()[i]});
    }

    @Test
    void ratioOne_givesTheGradientOfTheAdvantageWeightedLogProbability() {
        TokenRows rows = random(4);
        TokenRows onPolicy =
                new TokenRows(
                        rows.logProbs(),
                        null,
                        null,
                        null,
                        rows.entropies(),
                        rows.advantages(),
                        rows.mask());
        ObjectiveOptions options = ObjectiveOptions.defaults();
        double[][] dLogProb =
                new Objective(options)
                        .evaluate(onPolicy, DIVISORS, 0, 0, new LossStatistics(options))
                        .dLogProb();
        assertThat(dLogProb[1][2]).isCloseTo(.7 / 37, within(1e-15)); // -A / items
    }

    @Test
    void otherPrecisionOfTheSampler_weighsTokensByTheTruncatedRatio() {
        // Three tokens sampled at exp(-1), e^-0.5 and e^0.1 times the policy's probability.
        double[][] logProbs = {{-1, -2, -3}};
        double[][] sampled = {{-2, -2.5, -2.9}};
        TokenRows rows =
                new TokenRows(
                        logProbs,
                        null,
                        null,
                        sampled,
                        new double[][] {{1, 1, 1}},
                        new double[] {.5},
                        new boolean[][] {{true, true, true}});
        ObjectiveOptions options = ObjectiveOptions.defaults();
        LossStatistics statistics = new LossStatistics(options);
        double[] slopes =
                new Objective(options)
                        .evaluate(rows, Divisors.of(1, 3, 8), 0, 0, statistics)
                        .dLogProb()[0];
        // min(e^1, 2), min(e^0.5, 2), e^-0.1; times -A / 3
        assertThat(slopes[0]).isCloseTo(-.5 / 3 * 2, within(1e-12));
        assertThat(slopes[1]).isCloseTo(-.5 / 3 * 1.6487212707, within(1e-9));
        assertThat(slopes[2]).isCloseTo(-.5 / 3 * .9048374180, within(1e-9));
        assertThat(statistics.metrics(0, 0))
                .containsEntry("sampling/importance_sampling_ratio/max", 2.0)
                .containsEntry("sampling/sampling_logp_difference/max", 1.0);
    }
}
