package org.kindred.policy.grpo;

import org.jspecify.annotations.Nullable;

/**
 * A prompt to learn on.
 *
 * @param id unique in a run; orders the prompts of a group inside a step
 * @param group preference group of the user behind it; every prompt has one
 * @param user key of that user, null if unknown; only the cap on a user's share reads it
 * @param tokens what the policy continues, at least one token
 */
@SuppressWarnings("ArrayRecordComponent") // token ids, never compared as a value
public record PolicyPrompt(String id, String group, @Nullable String user, int[] tokens) {

    public PolicyPrompt {
        if (id.isEmpty() || group.isEmpty()) {
            throw new IllegalArgumentException("prompt " + id + ": id and group must not be empty");
        }
        if (tokens.length == 0) {
            throw new IllegalArgumentException(
                    "prompt " + id + ": has no tokens; a policy continues at least one");
        }
    }

    /** Redacted: tokens are user text. */
    @Override
    public String toString() {
        return "PolicyPrompt[" + id + ", " + tokens.length + " tokens]";
    }
}
