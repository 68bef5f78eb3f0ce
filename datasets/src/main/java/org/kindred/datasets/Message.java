package org.kindred.datasets;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Set;

/**
 * One turn of a conversation.
 *
 * @param role one of {@link #ROLES}
 * @param content the text, never trimmed or normalised
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Message(String role, String content) {

    /** Roles that a canonical record may hold. */
    public static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");

    public Message {
        if (!ROLES.contains(role)) {
            throw new IllegalArgumentException(
                    "role: must be one of system, user, assistant, tool");
        }
        if (content == null) {
            throw new IllegalArgumentException("content is missing");
        }
    }

    public static Message system(String content) {
        return new Message("system", content);
    }

    public static Message user(String content) {
        return new Message("user", content);
    }

    public static Message assistant(String content) {
        return new Message("assistant", content);
    }

    /** The contents joined by line breaks; for one message, its content. */
    public static String text(List<Message> messages) {
        if (messages.size() == 1) {
            return messages.get(0).content();
        }
        StringBuilder text = new StringBuilder();
        for (Message message : messages) {
            text.append(text.length() == 0 ? "" : "\n").append(message.content());
        }
        return text.toString();
    }

    /** Redacted, since contents are user text and must not reach logs. */
    @Override
    public String toString() {
        return "Message[" + role + ", " + content.length() + " characters]";
    }
}
