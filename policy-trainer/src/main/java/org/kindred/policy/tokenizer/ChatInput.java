package org.kindred.policy.tokenizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.Message;

/**
 * What a chat template is given.
 *
 * @param messages one map a turn, usually {@code role} and {@code content}; values are texts,
 *     numbers, booleans, null, and lists and maps of such
 * @param addGenerationPrompt whether the prompt ends where the assistant's turn begins
 * @param variables further ones that the template knows, such as {@code tools} (a list of maps) or
 *     {@code enable_thinking}
 */
public record ChatInput(
        List<? extends Map<String, ?>> messages,
        boolean addGenerationPrompt,
        Map<String, ?> variables) {

    /** Plain messages, no further variables. */
    public static ChatInput of(List<Message> messages, boolean addGenerationPrompt) {
        return new ChatInput(
                messages.stream()
                        .map(
                                message ->
                                        Map.of(
                                                "role",
                                                message.role(),
                                                "content",
                                                message.content()))
                        .toList(),
                addGenerationPrompt,
                Map.of());
    }

    /** The same with one more variable. */
    public ChatInput with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(variables);
        more.put(name, value);
        return new ChatInput(messages, addGenerationPrompt, more);
    }
}
