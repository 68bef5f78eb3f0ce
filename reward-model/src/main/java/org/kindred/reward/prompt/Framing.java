package org.kindred.reward.prompt;

/** How texts of users and models are kept apart from what a template says. */
public enum Framing {
    /** Between lines with a code that the text cannot spell; for models that are told so. */
    FENCES {
        @Override
        String frame(String label, String text) {
            return UntrustedText.fence(label, text);
        }
    },
    /**
     * One line a text behind its label; a third of the tokens of fences around short texts, for
     * models that were trained on it.
     */
    LINES {
        @Override
        String frame(String label, String text) {
            return UntrustedText.line(label, text);
        }
    };

    /**
     * The text, made harmless and marked.
     *
     * @param label what it is; trusted
     */
    abstract String frame(String label, String text);
}
