package org.kindred.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kindred.datasets.Message;
import org.kindred.policy.sft.SftExample;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * How a policy reads a conversation: the user's persona in the system message, so that one policy
 * serves everybody, and the model's chat template around it.
 *
 * @param raw plain text without the template
 */
record PromptForm(boolean raw) {

    /**
     * What the policy continues.
     *
     * @param persona blank for none
     */
    int[] tokens(Tokenizer tokenizer, String persona, List<Message> prompt) {
        if (raw) {
            String text = Message.text(prompt);
            return tokenizer.encode(persona.isBlank() ? text : persona + "\n" + text, true);
        }
        return tokenizer.chat(withPersona(persona, prompt), true);
    }

    /** The answer to a prompt, its end token included, as an example to imitate. */
    SftExample example(
            Tokenizer tokenizer, String persona, List<Message> prompt, List<Message> answer) {
        int[] before = tokens(tokenizer, persona, prompt);
        if (!raw) {
            List<Message> whole = new ArrayList<>(withPersona(persona, prompt));
            whole.addAll(answer);
            int[] tokens = tokenizer.chat(whole, false);
            if (tokens.length > before.length && Arrays.mismatch(before, tokens) == before.length) {
                return new SftExample(
                        before,
                        upToEnd(
                                tokenizer,
                                Arrays.copyOfRange(tokens, before.length, tokens.length)));
            }
            // Some templates render the last answer otherwise than its beginning: then by hand.
        }
        return new SftExample(before, tokenizer.encodeEnded(Message.text(answer)));
    }

    /** A conversation has one system message: the persona goes before what stands there. */
    private static List<Message> withPersona(String persona, List<Message> prompt) {
        if (persona.isBlank()) {
            return prompt;
        }
        boolean own = !prompt.isEmpty() && prompt.get(0).role().equals("system");
        List<Message> messages = new ArrayList<>();
        messages.add(Message.system(own ? persona + "\n\n" + prompt.get(0).content() : persona));
        messages.addAll(own ? prompt.subList(1, prompt.size()) : prompt);
        return messages;
    }

    /** Without what a template writes after the last end token, usually a line break. */
    private static int[] upToEnd(Tokenizer tokenizer, int[] completion) {
        for (int i = completion.length - 1; i > 0; i--) {
            if (tokenizer.eosIds().contains(completion[i])) {
                return Arrays.copyOf(completion, i + 1);
            }
        }
        return completion;
    }
}
