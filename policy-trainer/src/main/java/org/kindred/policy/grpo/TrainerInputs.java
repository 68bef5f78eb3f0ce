package org.kindred.policy.grpo;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * What a run learns from. The caller owns the models and the tokenizer and closes them after the
 * run.
 *
 * @param policy the model to train; on resume the one that the checkpoint holds
 * @param reference the frozen start model, {@code policy.frozenCopy()} before the first step; null
 *     if beta is 0
 * @param prompts their order matters for the seeded sampling
 * @param rewards summed with their weights
 * @param schedule which of the prompts each step gets; null for the seeded order of all
 */
public record TrainerInputs(
        CausalLm policy,
        @Nullable CausalLm reference,
        Tokenizer tokenizer,
        List<PolicyPrompt> prompts,
        List<RewardSource> rewards,
        @Nullable PromptSchedule schedule) {

    /** In the seeded order of all prompts. */
    public TrainerInputs(
            CausalLm policy,
            @Nullable CausalLm reference,
            Tokenizer tokenizer,
            List<PolicyPrompt> prompts,
            List<RewardSource> rewards) {
        this(policy, reference, tokenizer, prompts, rewards, null);
    }

    public TrainerInputs {
        prompts = List.copyOf(prompts);
        rewards = List.copyOf(rewards);
        if (prompts.isEmpty() || rewards.isEmpty()) {
            throw new IllegalArgumentException(
                    "prompts: "
                            + prompts.size()
                            + ", rewards: "
                            + rewards.size()
                            + "; at least one of each is needed");
        }
        requireDistinct("prompt id", prompts.stream().map(PolicyPrompt::id).toList());
        requireDistinct("reward name", rewards.stream().map(RewardSource::name).toList());
    }

    private static void requireDistinct(String what, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        what + " " + name + " occurs more than once; each must be unique");
            }
        }
    }
}
