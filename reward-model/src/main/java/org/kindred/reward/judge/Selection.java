package org.kindred.reward.judge;

import java.util.List;

/**
 * What cross-validation over the training users chose, and all that it tried.
 *
 * @param setting chosen options of the fit
 * @param mode chosen prior
 * @param prototypes number of prototypes in mode {@code DISCRETE}
 * @param clouds number of clouds in mode {@code MIXTURE}
 * @param trials every combination that was fitted, in order; empty if nothing was left to choose or
 *     there were fewer users than folds
 */
public record Selection(
        FitSetting setting, JudgeMode mode, int prototypes, int clouds, List<Trial> trials) {

    public Selection {
        trials = List.copyOf(trials);
    }

    /**
     * One combination, fitted on the other folds.
     *
     * @param priors outcome under each prior
     */
    public record Trial(FitSetting setting, List<Outcome> priors) {

        public Trial {
            priors = List.copyOf(priors);
        }

        List<JudgeMode> modes() {
            return priors.stream().map(Outcome::mode).distinct().toList();
        }
    }

    /**
     * Held-out users on held-out items, mean of 3 and of 10 choices as context.
     *
     * @param prototypes 0 without prototypes
     * @param accuracy share of pairs ranked right; a tie is wrong
     * @param logLikelihood mean {@code ln sigma(sharpness * margin)} a pair
     * @param sharpness the best factor: below 1 if the margins are overconfident
     * @param pairs number of held-out pairs
     */
    public record Outcome(
            JudgeMode mode,
            int prototypes,
            double accuracy,
            double logLikelihood,
            double sharpness,
            int pairs) {}
}
