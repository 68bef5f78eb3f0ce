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
 * Chooses options by held-out log-likelihood, one at a time: penalty, number of axes, kernel, and
 * once more; the prior is tried along with each. It is steadier than accuracy, of which a point is
 * noise at these sizes. Earlier values in a list win unless a later one is better by more than
 * {@value #WORTH} a pair. The number of prototypes is the smallest within {@value #CLOSE} of the
 * best.
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

    Selection choose(JudgeOptions options) {
        Trial best =
                trial(options.kernels().get(0), options.axes().get(0), options.penalties().get(0));
        for (int pass = 0; pass < PASSES; pass++) {
            for (double penalty : options.penalties()) {
                best = better(best, trial(best.kernel(), best.axes(), penalty));
            }
            for (int axes : options.axes()) {
                best = better(best, trial(best.kernel(), axes, best.penalty()));
            }
            for (KernelWeights kernel : options.kernels()) {
                best = better(best, trial(kernel, best.axes(), best.penalty()));
            }
        }
        Outcome prior = prior(best);
        return new Selection(
                best.kernel(),
                best.axes(),
                best.penalty(),
                prior.mode(),
                Math.max(1, prior.prototypes()),
                trials);
    }

    private Trial trial(KernelWeights kernel, int axes, double penalty) {
        for (Trial done : trials) {
            if (done.kernel().equals(kernel)
                    && done.axes() == axes
                    && Double.compare(done.penalty(), penalty) == 0) {
                return done;
            }
        }
        Trial trial =
                new Trial(
                        kernel,
                        axes,
                        penalty,
                        validation.run(featuresOf.apply(kernel), axes, penalty));
        trials.add(trial);
        return trial;
    }

    private static Trial better(Trial best, Trial other) {
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
