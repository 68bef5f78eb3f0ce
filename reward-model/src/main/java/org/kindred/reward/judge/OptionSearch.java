package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kindred.reward.judge.Selection.Outcome;
import org.kindred.reward.judge.Selection.Trial;

/**
 * Chooses options by held-out log-likelihood, one at a time: penalties, weight of ratings, number
 * of axes, kernel, and once more; the prior is tried along with each. It is steadier than accuracy,
 * of which a point is noise at these sizes. Earlier values in a list win unless a later one is
 * better by more than {@value #WORTH} a pair. The number of prototypes is the smallest within
 * {@value #CLOSE} of the best.
 */
final class OptionSearch {
    static final double CLOSE = 0.005;
    private static final double WORTH = 0.002;

    private static final int PASSES = 2;

    private final CrossValidation validation;
    private final Function<KernelWeights, PairFeatures> featuresOf;
    private final List<Trial> trials = new ArrayList<>();

    OptionSearch(CrossValidation validation, Function<KernelWeights, PairFeatures> featuresOf) {
        this.validation = validation;
        this.featuresOf = featuresOf;
    }

    /**
     * @param rated whether there are ratings to read
     */
    Selection choose(JudgeOptions options, boolean rated) {
        Trial best = trial(options.firstSetting(rated));
        for (int pass = 0; pass < PASSES; pass++) {
            for (double penalty : options.penalties()) {
                best = better(best, best.setting().withPenalty(penalty));
            }
            for (double factor : options.axisFactors()) {
                best = better(best, best.setting().withAxisFactor(factor));
            }
            for (double weight : rated ? options.ratingWeights() : List.<Double>of()) {
                best = better(best, best.setting().withRatingWeight(weight));
            }
            for (int axes : options.axes()) {
                best = better(best, best.setting().withAxes(axes));
            }
            for (KernelWeights kernel : options.kernels()) {
                best = better(best, best.setting().withKernel(kernel));
            }
        }
        Outcome prior = prior(best);
        return new Selection(best.setting(), prior.mode(), Math.max(1, prior.prototypes()), trials);
    }

    private Trial trial(FitSetting setting) {
        for (Trial done : trials) {
            if (done.setting().equals(setting)) {
                return done;
            }
        }
        Trial trial =
                new Trial(setting, validation.run(featuresOf.apply(setting.kernel()), setting));
        trials.add(trial);
        return trial;
    }

    private Trial better(Trial best, FitSetting setting) {
        Trial other = trial(setting);
        return prior(other).logLikelihood() > prior(best).logLikelihood() + WORTH ? other : best;
    }

    /** The prior to use with a combination. */
    private static Outcome prior(Trial trial) {
        Map<JudgeMode, List<Outcome>> byMode =
                trial.priors().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Outcome::mode, LinkedHashMap::new, Collectors.toList()));
        Outcome chosen = null;
        for (List<Outcome> outcomes : byMode.values()) {
            double highest =
                    outcomes.stream().mapToDouble(Outcome::logLikelihood).max().orElseThrow();
            Outcome fewest =
                    outcomes.stream()
                            .filter(outcome -> outcome.logLikelihood() >= highest - CLOSE)
                            .min(Comparator.comparingInt(Outcome::prototypes))
                            .orElseThrow();
            if (chosen == null || fewest.logLikelihood() > chosen.logLikelihood() + WORTH) {
                chosen = fewest;
            }
        }
        return Objects.requireNonNull(chosen, "a trial has at least one prior");
    }
}
