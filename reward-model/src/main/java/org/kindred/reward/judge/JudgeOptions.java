package org.kindred.reward.judge;

import java.util.List;

/**
 * Options of {@link RubricJudge}. Where a list has several values, cross-validation over the
 * training users chooses; a list of one fixes the choice.
 *
 * @param kernels parts of a text that may enter a utility, and how strongly
 * @param axes numbers of shared axes of taste, d
 * @param penalties ridge penalties on the axes' weights, lambda
 * @param modes kinds of user prior: {@code HISTORY}, {@code PROTOTYPES}; {@code NO_HISTORY} stands
 *     alone
 * @param prototypes numbers of prototypes, G, tried in mode {@code PROTOTYPES}
 * @param tau weight of one choice against the prototypes' shares
 * @param landmarks texts that span the kernel at most; all training texts where there are fewer
 *     (exact), a seeded sample otherwise. Time grows with its square
 * @param scenarios kinds of prompts at most, where a kernel tells them apart and the data set names
 *     no domains; domains serve as kinds where every prompt has exactly one
 * @param folds folds of users and of items in cross-validation
 * @param rounds pairs of user fold and item fold that are run for each user fold; more are steadier
 *     and slower
 * @param scale whose scale totals are on
 */
public record JudgeOptions(
        List<KernelWeights> kernels,
        List<Integer> axes,
        List<Double> penalties,
        List<JudgeMode> modes,
        List<Integer> prototypes,
        double tau,
        int landmarks,
        int scenarios,
        int folds,
        int rounds,
        ScoreScale scale) {

    /** Whose scale the totals from 1 to 10 are on. */
    public enum ScoreScale {
        /** The user's own, from ratings where there are some: a predicted rating. */
        USER,
        /** One offset and gain for everybody. */
        COMMON
    }

    public JudgeOptions {
        kernels = notEmpty("kernels", kernels);
        axes = notEmpty("axes", axes);
        penalties = notEmpty("penalties", penalties);
        modes = notEmpty("modes", modes);
        prototypes = notEmpty("prototypes", prototypes);
        for (int d : axes) {
            range("axes", d, 0, 64);
        }
        for (int g : prototypes) {
            range("prototypes", g, 1, 1_000);
        }
        for (double lambda : penalties) {
            positive("penalties", lambda);
        }
        positive("tau", tau);
        range("landmarks", landmarks, 1, 20_000);
        range("scenarios", scenarios, 1, 1_000);
        range("folds", folds, 2, 100);
        range("rounds", rounds, 1, folds);
    }

    /** The search that suits unknown data. */
    public static JudgeOptions defaults() {
        return new JudgeOptions(
                List.of(
                        new KernelWeights(1, 0.67, 0.33, 1, 0),
                        new KernelWeights(1, 0.67, 0.33, 1, 1),
                        new KernelWeights(1, 0, 1, 1, 0)),
                List.of(1, 3, 6),
                List.of(3.0, 1.0, 10.0),
                List.of(JudgeMode.PROTOTYPES, JudgeMode.HISTORY),
                List.of(2, 3, 4, 6, 8),
                2.0,
                512,
                8,
                5,
                1,
                ScoreScale.USER);
    }

    /** No search: the first value of each list of the defaults. Fast, for tests and small data. */
    public static JudgeOptions fixed() {
        return defaults().first();
    }

    /** The same with the first value of each list only. */
    public JudgeOptions first() {
        return new JudgeOptions(
                kernels.subList(0, 1),
                axes.subList(0, 1),
                penalties.subList(0, 1),
                modes.subList(0, 1),
                prototypes.subList(0, 1),
                tau,
                landmarks,
                scenarios,
                folds,
                rounds,
                scale);
    }

    private static <T> List<T> notEmpty(String name, List<T> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException(name + " is empty: give at least one value");
        }
        return List.copyOf(values);
    }

    private static void range(String name, int value, int low, int high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(
                    name + " = " + value + ": must be " + low + " to " + high);
        }
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    name + " = " + value + ": must be positive and finite");
        }
    }
}
