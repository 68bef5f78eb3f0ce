package org.kindred.reward.chain;

import java.util.List;
import org.kindred.reward.UserContext;

/**
 * What a chain is asked for.
 *
 * @param user whose taste counts, with the history that may be read
 * @param prompt text of the conversation so far
 * @param responses one or more; two for a pair
 */
public record ChainRequest(UserContext user, String prompt, List<String> responses) {

    public ChainRequest {
        responses = List.copyOf(responses);
        if (responses.isEmpty()) {
            throw new IllegalArgumentException("responses is empty: a chain scores one or more");
        }
    }

    /** The same question about another user. */
    public ChainRequest by(UserContext other) {
        return new ChainRequest(other, prompt, responses);
    }

    /** Redacted: holds texts of users. */
    @Override
    public String toString() {
        return "ChainRequest[redacted, " + responses.size() + " responses]";
    }
}
