package org.kindred.eval.training;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.kindred.eval.config.OptionsException;

/** A published task as options of {@code kindred policy train}. */
public enum TrainingPreset {
    /**
     * MovieLens, next film (arXiv 2603.10009, as reported): rank the candidates after the user's
     * ratings; reward is the NDCG of the film that was watched next.
     */
    MOVIELENS_NEXT_FILM,
    /**
     * Goodreads, review writing (arXiv 2603.10009, as reported): reward is the judge's total and
     * the likeness to the user's own review; the rating is the preference group.
     */
    GOODREADS_REVIEWS;

    /** The defaults of the task. */
    public PolicyTrainingOptions options() {
        PolicyTrainingOptions plain = PolicyTrainingOptions.defaults();
        return switch (this) {
            case MOVIELENS_NEXT_FILM ->
                    plain.with(
                            false,
                            List.of(RewardTerm.parse("next_item")),
                            GroupLabels.PROTOTYPES,
                            48);
            case GOODREADS_REVIEWS ->
                    plain.with(
                            false,
                            List.of(RewardTerm.parse("judge"), RewardTerm.parse("similarity:10")),
                            GroupLabels.DATASET,
                            256);
        };
    }

    /** By its name with hyphens. */
    public static TrainingPreset parse(String text) {
        for (TrainingPreset preset : values()) {
            if (preset.toString().equals(text)) {
                return preset;
            }
        }
        throw new OptionsException(
                "--preset " + text + ": must be one of " + Arrays.toString(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
