package org.kindred.reward.client;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;

/**
 * What a chat model is asked.
 *
 * @param messages the conversation
 * @param owner user whose past the question holds: the cache can forget it with the user
 * @param subject user in whose name it is asked; differs from the owner for neighbours
 * @param temperature of sampling
 * @param maxTokens longest answer
 * @param schema JSON schema of the answer, or null for free text
 * @param salt makes a question with the same words another question, as for a second try
 */
public record Question(
        List<Message> messages,
        String owner,
        String subject,
        double temperature,
        int maxTokens,
        @Nullable String schema,
        int salt) {
    public Question {
        messages = List.copyOf(messages);
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("messages is empty: a question has one or more");
        }
        if (!(temperature >= 0 && temperature <= 5)) {
            throw new IllegalArgumentException(
                    "temperature = " + temperature + ": must be 0 to 5, for example 1.0");
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens = " + maxTokens + ": must be 1 or more");
        }
    }

    /** Redacted: holds texts of users. */
    @Override
    public String toString() {
        return "Question[redacted, " + messages.size() + " messages]";
    }
}
