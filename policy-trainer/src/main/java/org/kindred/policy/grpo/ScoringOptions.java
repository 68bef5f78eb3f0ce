package org.kindred.policy.grpo;

import org.kindred.options.Meaning;

/** How completions are judged. */
public record ScoringOptions(
        @Meaning(
                        "judgements asked for at once, of reward functions that allow it; the "
                                + "result does not depend on it")
                int threads,
        @Meaning(
                        "sample a step before the previous one has been learned from, so that "
                                + "slow judges work while the policy samples and learns. A rollout is "
                                + "then one update old, which the ratio to the policy that sampled it "
                                + "corrects")
                boolean ahead,
        @Meaning("largest share of failed judgements in a step; above it the run stops")
                double maxFailedShare,
        @Meaning(
                        "whether judges and measures see what a policy thought before its answer"
                                + " (<think>...</think>) as well; the tokens that are learned from are"
                                + " whole either way")
                boolean keepReasoning) {

    public ScoringOptions {
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("threads = " + threads + ": must be 1 to 1024");
        }
        if (!(maxFailedShare >= 0 && maxFailedShare <= 1)) {
            throw new IllegalArgumentException(
                    "max_failed_share = " + maxFailedShare + ": must lie in [0, 1]");
        }
    }

    /** One at a time, on policy, at most a twentieth failed. */
    public static ScoringOptions defaults() {
        return new ScoringOptions(1, false, 0.05, false);
    }
}
