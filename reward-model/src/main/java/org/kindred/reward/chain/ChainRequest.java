package org.kindred.reward.chain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.kindred.reward.UserContext;

/**
 * What a chain is asked for.
 *
 * @param user whose taste counts, with the history that may be read
 * @param prompt text of the conversation so far
 * @param responses one or more; two for a pair
 * @param stated what the user said to want; for teachers and judges only, never for a policy
 * @param subject id of the user in whose name it is asked; differs from {@code user} for neighbours
 */
public record ChainRequest(
        UserContext user,
        String prompt,
        List<String> responses,
        List<String> stated,
        String subject) {
    public ChainRequest {
        responses = List.copyOf(responses);
        stated = List.copyOf(stated);
        if (responses.isEmpty()) {
            throw new IllegalArgumentException("responses is empty: a chain scores one or more");
        }
    }

    /** A question in the user's own name, without stated wishes. */
    public ChainRequest(UserContext user, String prompt, List<String> responses) {
        this(user, prompt, responses, List.of(), user.userId());
    }

    /** The same question about another user, whose stated wishes are not known. */
    public ChainRequest by(UserContext other) {
        return new ChainRequest(other, prompt, responses, List.of(), subject);
    }

    /** The same question with other responses. */
    public ChainRequest withResponses(List<String> others) {
        return new ChainRequest(user, prompt, others, stated, subject);
    }

    /** The same question with the responses in reverse order. */
    public ChainRequest reversed() {
        List<String> turned = new ArrayList<>(responses);
        Collections.reverse(turned);
        return withResponses(turned);
    }

    /** Redacted: holds texts of users. */
    @Override
    public String toString() {
        return "ChainRequest[redacted, " + responses.size() + " responses]";
    }
}
