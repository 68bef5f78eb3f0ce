package org.kindred.policy.grpo;

import java.util.List;

/** Which prompts a step learns on, in place of the seeded order of all prompts. */
@FunctionalInterface
public interface PromptSchedule {

    /**
     * The prompts of a step, distinct, as many as the batch has places.
     *
     * @param step from 0. A resumed run asks again for steps after its checkpoint and must get the
     *     same answer
     */
    List<PolicyPrompt> at(long step);
}
