package org.kindred.serve;

import org.kindred.options.Meaning;
import org.kindred.pipeline.GroupOptions;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.judges.RewardOptions;

/**
 * Options of {@code kindred serve}. Those of the run, unless others are given: it rewards as its
 * run would have rewarded its own arms.
 */
public record ServeOptions(
        @Meaning(value = "root of everything random", essential = true) long seed,
        @Meaning(value = "who judges; by default the judge of the run", essential = true)
                RewardOptions judge,
        @Meaning(
                        value =
                                "what a raw reward is counted in: logit (log-odds, the same for everybody) or points"
                                        + " (1 to 10 on the user's own scale)",
                        essential = true)
                RewardUnit judgeUnit,
        @Meaning(value = "what a preference group is", essential = true) GroupOptions groups,
        @Meaning(value = "the service itself", essential = true) ServiceOptions service,
        @Meaning("where and how a local judge computes") EngineOptions engine) {

    public static ServeOptions defaults() {
        return new ServeOptions(
                1,
                RewardOptions.defaults(),
                RewardUnit.LOGIT,
                GroupOptions.defaults(),
                ServiceOptions.defaults(),
                EngineOptions.defaults());
    }
}
