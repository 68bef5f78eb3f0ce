package org.kindred.serve;

import org.kindred.datasets.Sha256;

/**
 * A completion to reward.
 *
 * @param id the client's own, unique within a step; what tells a retry from another completion
 * @param userId whose past judges it
 * @param prompt text of the conversation so far
 * @param eval whether it is of an evaluation, and enters no history
 */
record Item(String id, String userId, String prompt, String response, boolean eval) {

    /** Hash of what is judged: the same id with another one is another completion. */
    String content() {
        return Sha256.of(userId.length() + ":" + userId + prompt.length() + ":" + prompt + response)
                .substring(0, 32);
    }

    /** Redacted. */
    @Override
    public String toString() {
        return "Item[redacted]";
    }
}
