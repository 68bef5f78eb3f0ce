package org.kindred.reward.training;

import java.util.List;
import org.kindred.policy.grpo.PolicyPrompt;

/**
 * A pair in one order, as a model is asked about it.
 *
 * @param prompt as tokens; its id names pair and order
 * @param wishes that a chain is expected to cover; empty where none are known
 */
public record AskedPair(
        TrainingPair pair, boolean chosenFirst, PolicyPrompt prompt, List<String> wishes) {

    /** All prompts are one group: what is learned is one judge for everybody. */
    static final String GROUP = "everybody";

    public AskedPair {
        wishes = List.copyOf(wishes);
    }

    static String id(TrainingPair pair, boolean chosenFirst) {
        return pair.id() + (chosenFirst ? "/chosen-first" : "/chosen-second");
    }

    /** Redacted. */
    @Override
    public String toString() {
        return "AskedPair[" + prompt.id() + "]";
    }
}
