package org.kindred.policy.sft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kindred.datasets.Message;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * A completion to imitate. Only its tokens are learned; the prompt is context.
 *
 * @param prompt at least one token
 * @param completion at least one token, the end token included if the model should learn to stop
 */
@SuppressWarnings("ArrayRecordComponent") // token ids, never compared as a value
public record SftExample(int[] prompt, int[] completion) {

    public SftExample {
        if (prompt.length == 0 || completion.length == 0) {
            throw new IllegalArgumentException(
                    "prompt has "
                            + prompt.length
                            + " tokens, completion "
                            + completion.length
                            + ": each needs at least one");
        }
    }

    /**
     * An answer to a conversation as tokens: by the tokenizer's chat template, the answer up to its
     * end token.
     *
     * @param raw plain text without a template, ended by the end token
     */
    public static SftExample of(
            Tokenizer tokenizer, List<Message> prompt, List<Message> answer, boolean raw) {
        if (raw) {
            return new SftExample(
                    tokenizer.encode(Message.text(prompt), true),
                    tokenizer.encodeEnded(Message.text(answer)));
        }
        int[] start = tokenizer.chat(prompt, true);
        List<Message> whole = new ArrayList<>(prompt);
        whole.addAll(answer);
        int[] tokens = tokenizer.chat(whole, false);
        boolean continues =
                tokens.length > start.length && Arrays.mismatch(start, tokens) == start.length;
        // Some templates render the last answer otherwise than its beginning: then by hand.
        return new SftExample(
                start,
                continues
                        ? upToEnd(
                                tokenizer, Arrays.copyOfRange(tokens, start.length, tokens.length))
                        : tokenizer.encodeEnded(Message.text(answer)));
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

    /** Tokens of prompt and completion. */
    public int length() {
        return prompt.length + completion.length;
    }

    /** Redacted: tokens are user text. */
    @Override
    public String toString() {
        return "SftExample[" + prompt.length + " + " + completion.length + " tokens]";
    }
}
