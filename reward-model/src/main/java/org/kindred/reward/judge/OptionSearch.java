package org.kindred.reward.judge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.kindred.reward.judge.Selection.Outcome;
import org.kindred.reward.judge.Selection.Trial;

/**
 * Chooses options by held-out log-likelihood, one at a time and twice around, then the prior. It is
 * steadier than accuracy, of which a point is noise at these sizes. Earlier values in a list win
 * unless a later one is better by more than {@value #WORTH} a pair. The number of prototypes is the
 * smallest within {@value #CLOSE} of the best. Clouds take longest to find, so they are tried with
 * the chosen options only; and a value that is more than {@value #FAR} behind when first tried is
 * not tried again.
 */
final class OptionSearch {
    static final double CLOSE = 0.005;
    private static final double WORTH = 0.002;
    private static final double FAR = 0.005;

    private static final int PASSES = 2;

    private final CrossValidation validation;
    private final Function<KernelWeights, PairFeatures> featuresOf;
    private final JudgeOptions options;
    private final List<Trial> trials = new ArrayList<>();

    OptionSearch(
            CrossValidation validation,
            Function<KernelWeights, PairFeatures> featuresOf,
            JudgeOptions options) {
        this.validation = validation;
        this.featuresOf = featuresOf;
        this.options = options;
    }

    /**
     * @param rated whether there are ratings to read
     */
    Selection choose(boolean rated) {
        List<JudgeMode> quick =
                options.modes().stream().filter(mode -> mode != JudgeMode.MIXTURE).toList();
        List<JudgeMode> modes = quick.isEmpty() ? List.of(JudgeMode.GAUSSIAN) : quick;
        Trial best = trial(options.firstSetting(rated), modes);
        List<List<UnaryOperator<FitSetting>>> choices =
                List.of(
                        changes(options.kernels(), FitSetting::withKernel),
                        changes(options.penalties(), FitSetting::withPenalty),
                        changes(options.axisFactors(), FitSetting::withAxisFactor),
                        changes(options.axes(), FitSetting::withAxes),
                        changes(
                                rated ? options.ratingWeights() : List.of(),
                                FitSetting::withRatingWeight));
        for (int pass = 0; pass < PASSES; pass++) {
            for (List<UnaryOperator<FitSetting>> values : choices) {
                best = best(best, modes, values);
            }
        }
        if (!modes.equals(options.modes())) {
            best = trial(best.setting(), options.modes());
        }
        return new Selection(
                best.setting(),
                prior(best.priors()).mode(),
                count(best, JudgeMode.DISCRETE),
                count(best, JudgeMode.MIXTURE),
                trials);
    }

    private Trial trial(FitSetting setting, List<JudgeMode> modes) {
        for (Trial done : trials) {
            if (done.setting().equals(setting) && done.modes().equals(modes)) {
                return done;
            }
        }
        Trial trial =
                new Trial(
                        setting,
                        validation.run(featuresOf.apply(setting.kernel()), setting, modes));
        trials.add(trial);
        return trial;
    }

    private static <V> List<UnaryOperator<FitSetting>> changes(
            List<V> values, BiFunction<FitSetting, V, FitSetting> with) {
        List<UnaryOperator<FitSetting>> changes = new ArrayList<>();
        values.forEach(value -> changes.add(setting -> with.apply(setting, value)));
        return changes;
    }

    /**
     * The best of the values of one option, the others being as they are; drops what is far off.
     */
    private Trial best(
            Trial incumbent, List<JudgeMode> modes, List<UnaryOperator<FitSetting>> values) {
        Trial best = incumbent;
        for (Iterator<UnaryOperator<FitSetting>> rest = values.iterator(); rest.hasNext(); ) {
            Trial other = trial(rest.next().apply(best.setting()), modes);
            double gain =
                    prior(other.priors()).logLikelihood() - prior(best.priors()).logLikelihood();
            if (gain > WORTH) {
                best = other;
            } else if (gain < -FAR) {
                rest.remove();
            }
        }
        return best;
    }

    /** The prior to use, of these. */
    private static Outcome prior(List<Outcome> outcomes) {
        Outcome chosen = null;
        for (JudgeMode mode : outcomes.stream().map(Outcome::mode).distinct().toList()) {
            Outcome own = fewest(outcomes.stream().filter(o -> o.mode() == mode).toList());
            if (chosen == null || own.logLikelihood() > chosen.logLikelihood() + WORTH) {
                chosen = own;
            }
        }
        return Objects.requireNonNull(chosen, "a trial has at least one prior");
    }

    private static Outcome fewest(List<Outcome> outcomes) {
        double highest = outcomes.stream().mapToDouble(Outcome::logLikelihood).max().orElseThrow();
        return outcomes.stream()
                .filter(outcome -> outcome.logLikelihood() >= highest - CLOSE)
                .min(Comparator.comparingInt(Outcome::prototypes))
                .orElseThrow();
    }

    /** Number of prototypes to use in a mode, whether or not it is the chosen one. */
    private int count(Trial trial, JudgeMode mode) {
        List<Outcome> own = trial.priors().stream().filter(o -> o.mode() == mode).toList();
        return own.isEmpty() ? options.prototypes().get(0) : fewest(own).prototypes();
    }
}
