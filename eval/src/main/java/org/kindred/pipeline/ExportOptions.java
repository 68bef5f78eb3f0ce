package org.kindred.pipeline;

import org.kindred.datasets.Placement;
import org.kindred.options.Meaning;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.judges.RewardOptions;

/** Options of {@code kindred data export}. */
public record ExportOptions(
        @Meaning(value = "root of everything random", essential = true) long seed,
        @Meaning("places of rows that have none") Placement.Options placement,
        @Meaning(
                        value =
                                "whether the judge's persona of the user stands in the system message; --judge says"
                                        + " yes, and who writes it",
                        essential = true)
                boolean persona,
        @Meaning("whether the weighted criteria of the rubric stand below the persona")
                boolean criteria,
        @Meaning("who writes personas") RewardOptions judge,
        @Meaning("where and how a local judge computes") EngineOptions engine) {

    public static ExportOptions defaults() {
        return new ExportOptions(
                1,
                Placement.Options.defaults(),
                false,
                false,
                RewardOptions.defaults(),
                EngineOptions.defaults());
    }
}
