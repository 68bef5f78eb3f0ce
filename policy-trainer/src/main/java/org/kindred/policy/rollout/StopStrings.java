package org.kindred.policy.rollout;

import java.util.List;
import java.util.function.Function;

/**
 * Texts that end a completion, besides the end-of-sequence tokens. The token that completes one of
 * them is the last; it may hold a few characters more.
 *
 * @param texts none empty
 * @param decoder tokens to text, special tokens included
 */
public record StopStrings(List<String> texts, Function<int[], String> decoder) {
    public StopStrings {
        texts = List.copyOf(texts);
        if (texts.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("stop strings must not be empty");
        }
    }

    /** For completions that only end by tokens. */
    public static StopStrings none() {
        return new StopStrings(List.of(), tokens -> "");
    }

    boolean endIn(int[] tokens) {
        if (texts.isEmpty()) {
            return false;
        }
        String text = decoder.apply(tokens);
        return texts.stream().anyMatch(text::contains);
    }
}
