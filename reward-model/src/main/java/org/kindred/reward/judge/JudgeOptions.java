package org.kindred.reward.judge;

import java.util.List;
import org.kindred.datasets.RatingRange;
import org.kindred.options.Meaning;

/**
 * Options of {@link RubricJudge}. Where a list has several values, cross-validation over the
 * training users chooses; a list of one fixes the choice.
 */
public record JudgeOptions(
        @Meaning("parts of a text that may enter a utility, and how strongly")
                List<KernelWeights> kernels,
        @Meaning("numbers of shared axes of taste, d") List<Integer> axes,
        @Meaning("ridge penalties on the mean taste, lambda") List<Double> penalties,
        @Meaning(
                        "penalties on the axes, in multiples of lambda. Coordinates are fitted "
                                + "jointly with the axes; the more users there are, the larger a factor "
                                + "it takes to keep their noise out")
                List<Double> axisFactors,
        @Meaning(
                        "precision of a standardised rating difference, 0 for choices alone; "
                                + "data without ratings have 0 whatever the list says")
                List<Double> ratingWeights,
        @Meaning(
                        "ends of the scale of the data's ratings, for example [1, 5]; empty to "
                                + "tell it from them. Ratings outside are not read")
                List<Double> ratingRange,
        @Meaning(
                        "kinds of user prior that are tried: gaussian, discrete, mixture; "
                                + "no_history stands alone")
                List<JudgeMode> modes,
        @Meaning("numbers of prototypes, G, tried in modes discrete and mixture")
                List<Integer> prototypes,
        @Meaning("weight of one choice against the prototypes' shares") double tau,
        @Meaning(
                        "texts that span the kernel at most; all training texts where there are "
                                + "fewer (exact), a seeded sample otherwise. Time grows with its square")
                int landmarks,
        @Meaning(
                        "kinds of prompts at most, where a kernel tells them apart and the data "
                                + "set names no domains; domains serve as kinds where every prompt has "
                                + "exactly one")
                int scenarios,
        @Meaning("folds of users and of items in cross-validation") int folds,
        @Meaning(
                        "item folds that are left out in turn with each user fold, at most; "
                                + "fewer where the data are many enough for a steady comparison")
                int rounds,
        @Meaning("whose scale totals are on") ScoreScale scale) {

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
        axisFactors = notEmpty("axisFactors", axisFactors);
        ratingWeights = notEmpty("ratingWeights", ratingWeights);
        ratingRange = List.copyOf(ratingRange);
        if (ratingRange.size() == 2) {
            new RatingRange(ratingRange.get(0), ratingRange.get(1)); // checks them
        } else if (!ratingRange.isEmpty()) {
            throw new IllegalArgumentException(
                    "ratingRange = "
                            + ratingRange
                            + ": must be empty, or the lowest and the highest rating, for example"
                            + " [1, 5]");
        }
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
        axisFactors.forEach(factor -> positive("axisFactors", factor));
        for (double weight : ratingWeights) {
            if (!(weight >= 0) || Double.isInfinite(weight)) {
                throw new IllegalArgumentException(
                        "ratingWeights = " + weight + ": must be 0 or more and finite");
            }
        }
        positive("tau", tau);
        range("landmarks", landmarks, 1, 20_000);
        range("scenarios", scenarios, 1, 1_000);
        range("folds", folds, 2, 100);
        range("rounds", rounds, 1, folds);
    }

    /**
     * One setting, no search: what the search finds on the default simulated population. A fit of a
     * few thousand pairs takes seconds.
     */
    public static JudgeOptions defaults() {
        return new JudgeOptions(
                List.of(new KernelWeights(4, 0, 0, 1, 1)),
                List.of(6),
                List.of(10.0),
                List.of(30.0),
                List.of(2.0),
                List.of(),
                List.of(JudgeMode.MIXTURE),
                List.of(4),
                2.0,
                512,
                8,
                5,
                5,
                ScoreScale.USER);
    }

    /** Cross-validation over settings that suit unknown data: a minute or more. */
    public static JudgeOptions search() {
        return new JudgeOptions(
                List.of(
                        new KernelWeights(1, 0.67, 0.33, 1, 0),
                        new KernelWeights(4, 0, 0, 1, 1),
                        new KernelWeights(0, 0.67, 0.33, 1, 0),
                        new KernelWeights(0, 0, 1, 1, 0)),
                List.of(1, 3, 6),
                List.of(3.0, 1.0, 10.0),
                List.of(1.0, 30.0),
                List.of(2.0, 0.0),
                List.of(),
                List.of(JudgeMode.DISCRETE, JudgeMode.GAUSSIAN, JudgeMode.MIXTURE),
                List.of(2, 3, 4, 6, 8),
                2.0,
                512,
                8,
                5,
                5,
                ScoreScale.USER);
    }

    /** The same with the first value of each list only. */
    public JudgeOptions first() {
        return new JudgeOptions(
                kernels.subList(0, 1),
                axes.subList(0, 1),
                penalties.subList(0, 1),
                axisFactors.subList(0, 1),
                ratingWeights.subList(0, 1),
                ratingRange,
                modes.subList(0, 1),
                prototypes.subList(0, 1),
                tau,
                landmarks,
                scenarios,
                folds,
                rounds,
                scale);
    }

    /**
     * The first value of each list.
     *
     * @param rated whether there are ratings to read
     */
    FitSetting firstSetting(boolean rated) {
        return new FitSetting(
                kernels.get(0),
                axes.get(0),
                penalties.get(0),
                axisFactors.get(0),
                rated ? ratingWeights.get(0) : 0);
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
