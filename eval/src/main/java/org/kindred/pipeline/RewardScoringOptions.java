package org.kindred.pipeline;

import org.kindred.datasets.Placement;
import org.kindred.options.Meaning;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.judges.RewardOptions;

/** Options of {@code kindred reward score}. */
public record RewardScoringOptions(
        @Meaning(value = "root of everything random", essential = true) long seed,
        @Meaning("places of rows that have none") Placement.Options placement,
        @Meaning(value = "who judges", essential = true) RewardOptions judge,
        @Meaning("pairs that are asked again in both orders and with exchanged labels; 0 for none")
                int diagnose,
        @Meaning("where and how a local judge computes") EngineOptions engine) {

    public RewardScoringOptions {
        if (diagnose < 0) {
            throw new IllegalArgumentException(
                    "diagnose = " + diagnose + ": must be 0 or more, for example 100");
        }
    }

    public static RewardScoringOptions defaults() {
        return new RewardScoringOptions(
                1,
                Placement.Options.defaults(),
                RewardOptions.defaults(),
                0,
                EngineOptions.defaults());
    }
}
