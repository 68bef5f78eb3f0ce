package org.kindred.pipeline;

import org.kindred.options.Meaning;

/** How a decoder with random weights learns the language, before it meets anybody's choices. */
public record LanguageOptions(
        @Meaning(
                        "texts to learn from: questions with one answer each in any style, written by the"
                                + " simulation; of real data, answers of training rows, chosen or not")
                int examples,
        @Meaning(
                        "of the examples, those that are read first and without the persona that they suit:"
                                + " they cost half as much, and what a decoder learns first is the language")
                int plain,
        @Meaning("peak learning rate") double learningRate) {

    public LanguageOptions {
        if (examples < 1) {
            throw new IllegalArgumentException("examples = " + examples + ": must be 1 or more");
        }
        if (plain < 0 || plain >= examples) {
            throw new IllegalArgumentException(
                    "plain = "
                            + plain
                            + ": must be 0 or more, and less than examples = "
                            + examples);
        }
    }

    public static LanguageOptions defaults() {
        return new LanguageOptions(7_000, 0, 3e-3);
    }
}
