package org.kindred.pipeline;

import org.kindred.options.Meaning;

/** How a decoder with random weights learns the language, before it meets anybody's choices. */
public record LanguageOptions(
        @Meaning(
                        "texts to learn from: questions with one answer each in any style, written by the"
                                + " simulation; of real data, answers of training rows, chosen or not")
                int examples,
        @Meaning("peak learning rate") double learningRate) {

    public LanguageOptions {
        if (examples < 1) {
            throw new IllegalArgumentException("examples = " + examples + ": must be 1 or more");
        }
    }

    public static LanguageOptions defaults() {
        return new LanguageOptions(7_000, 3e-3);
    }
}
