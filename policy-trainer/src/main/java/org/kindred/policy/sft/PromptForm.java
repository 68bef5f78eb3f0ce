package org.kindred.policy.sft;

import java.util.ArrayList;
import java.util.List;
import org.kindred.datasets.Message;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * How a policy reads a conversation: the user's persona in the system message, so that one policy
 * serves everybody, and the model's chat template around it.
 *
 * @param raw plain text without the template
 */
public record PromptForm(boolean raw) {

    /**
     * What the policy continues.
     *
     * @param persona blank for none
     */
    public int[] tokens(Tokenizer tokenizer, String persona, List<Message> prompt) {
        if (raw) {
            String text = Message.text(prompt);
            return tokenizer.encode(persona.isBlank() ? text : persona + "\n" + text, true);
        }
        return tokenizer.chat(withPersona(persona, prompt), true);
    }

    /** The answer to a prompt, its end token included, as an example to imitate. */
    public SftExample example(
            Tokenizer tokenizer, String persona, List<Message> prompt, List<Message> answer) {
        return raw
                ? new SftExample(
                        tokens(tokenizer, persona, prompt),
                        tokenizer.encodeEnded(Message.text(answer)))
                : SftExample.of(tokenizer, withPersona(persona, prompt), answer);
    }

    /** A conversation has one system message: the persona goes before what stands there. */
    public static List<Message> withPersona(String persona, List<Message> prompt) {
        if (persona.isBlank()) {
            return prompt;
        }
        boolean own = !prompt.isEmpty() && prompt.get(0).role().equals("system");
        List<Message> messages = new ArrayList<>();
        messages.add(Message.system(own ? persona + "\n\n" + prompt.get(0).content() : persona));
        messages.addAll(own ? prompt.subList(1, prompt.size()) : prompt);
        return messages;
    }
}
