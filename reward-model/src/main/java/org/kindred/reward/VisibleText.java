package org.kindred.reward;

/** Whether there is anything to read in a text. */
public final class VisibleText {
    /** Letters by name that no font shows: Hangul fillers. */
    private static final String FILLERS = "\u115f\u1160\u3164\uffa0";

    private VisibleText() {}

    /**
     * True for a text with a letter or a digit. Punctuation, blanks, invisible characters and
     * pictures alone say nothing that a judge could hold against a wish.
     */
    public static boolean says(String text) {
        return text.codePoints()
                .anyMatch(c -> Character.isLetterOrDigit(c) && FILLERS.indexOf(c) < 0);
    }
}
