package org.kindred.reward.client;

/** What became of one sample of a question. */
public sealed interface Answer {

    /**
     * A text.
     *
     * @param inputTokens as the endpoint counted them, shared out evenly over the samples of one
     *     request; 0 where it does not count, and for a copy of another sample's text
     * @param outputTokens likewise
     * @param cut whether the endpoint says that it ended at the longest answer
     */
    record Text(String text, long inputTokens, long outputTokens, boolean cut) implements Answer {
        /** A text that came to its end. */
        public Text(String text, long inputTokens, long outputTokens) {
            this(text, inputTokens, outputTokens, false);
        }

        /** Redacted: the text may repeat users' texts. */
        @Override
        public String toString() {
            return "Text[redacted, " + text.length() + " characters]";
        }
    }

    /**
     * No text.
     *
     * @param reason for example {@code TIMEOUT}; never holds user text
     * @param attempts requests that were sent
     */
    record Failed(String reason, int attempts) implements Answer {}
}
