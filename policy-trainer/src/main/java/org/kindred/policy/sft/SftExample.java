package org.kindred.policy.sft;

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

    int length() {
        return prompt.length + completion.length;
    }

    /** Redacted: tokens are user text. */
    @Override
    public String toString() {
        return "SftExample[" + prompt.length + " + " + completion.length + " tokens]";
    }
}
