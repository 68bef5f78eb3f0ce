package org.kindred.reward.training;

import java.util.List;
import org.kindred.policy.grpo.PolicyPrompt;
import org.kindred.reward.prototype.PreferenceGroups;

/**
 * A pair in one order, as a model is asked about it.
 *
 * @param prompt as tokens; its id names pair and order
 * @param wishes that a chain is expected to cover; empty where none are known
 */
public record AskedPair(
        TrainingPair pair, boolean chosenFirst, PolicyPrompt prompt, List<String> wishes) {

    /** Of all prompts, where nothing tells groups apart. */
    static final String GROUP = PreferenceGroups.EVERYBODY;

    public AskedPair {
        wishes = List.copyOf(wishes);
    }

    /** The same as part of the group that the user is in. */
    AskedPair in(PreferenceGroups groups) {
        return new AskedPair(
                pair,
                chosenFirst,
                new PolicyPrompt(
                        prompt.id(),
                        groups.groupOf(pair.user().userId(), pair.prompt()),
                        prompt.user(),
                        prompt.tokens()),
                wishes);
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
