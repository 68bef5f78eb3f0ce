package org.kindred.eval.winrate;

import java.util.List;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.RewardOptions;

/**
 * Options of {@code kindred eval win-rate}.
 *
 * @param seed of the prompts that are drawn, of fits and of bootstrap draws
 * @param judge {@code rubric}, {@code openai:URL#MODEL}, {@code ollama:URL#MODEL} or {@code
 *     local:DIR}
 * @param policies which are compared, each with all before it; empty for all, as the files name
 *     them
 * @param prompts most prompts, drawn by seed from those that all policies answered, for judges that
 *     cost; 0 for all
 * @param bootstrapDraws resamples of users for the intervals, and sign patterns of the tests
 * @param reward options of the judge: {@code shots}, {@code llm}, {@code client}, {@code judge}
 */
public record WinRateOptions(
        long seed,
        String judge,
        List<String> policies,
        int prompts,
        int bootstrapDraws,
        RewardOptions reward) {

    public WinRateOptions {
        JudgeSpec.parse(judge);
        policies = List.copyOf(policies);
        if (policies.size() == 1 || policies.stream().distinct().count() < policies.size()) {
            throw new IllegalArgumentException(
                    "policies = " + policies + ": name two or more, each once, or none for all");
        }
        if (prompts < 0) {
            throw new IllegalArgumentException(
                    "prompts = " + prompts + ": must be 0 (all) or more, for example 200");
        }
        if (bootstrapDraws < 100) {
            throw new IllegalArgumentException(
                    "bootstrap_draws = " + bootstrapDraws + ": at least 100, for example 2000");
        }
    }

    public static WinRateOptions defaults() {
        return new WinRateOptions(1, "rubric", List.of(), 0, 2000, RewardOptions.defaults());
    }
}
