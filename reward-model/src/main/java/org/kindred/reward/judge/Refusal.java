package org.kindred.reward.judge;

import java.util.List;
import java.util.Set;

/**
 * Whether a text declines to answer or only announces an answer, by how such texts begin. The
 * announcements are the keys that open judges of many kinds (arXiv 2507.08794), and their like.
 */
final class Refusal {
    private static final int OPENING_WORDS = 24;
    private static final int MOST_WORDS = 60; // a longer text says something besides

    private static final int ANNOUNCED_WORDS = 16; // a longer text comes to something

    private static final List<String> ANNOUNCEMENTS =
            List.of(
                    "let's solve",
                    "let us solve",
                    "let's think step by step",
                    "let us think step by step",
                    "step by step",
                    "final answer",
                    "the answer is as follows",
                    "here is the answer",
                    "here is a helpful",
                    "here's a helpful",
                    "this is a good answer",
                    "this is a great answer",
                    "this is the best answer",
                    "this is a good response",
                    "best possible answer",
                    "best possible response",
                    "this response is",
                    "this answer is");

    /** Whole texts, without marks. */
    private static final Set<String> TITLES =
            Set.of("solution", "answer", "response", "thought process", "reasoning", "explanation");

    private static final List<String> PHRASES =
            List.of(
                    "i cannot help",
                    "i can't help",
                    "i can not help",
                    "cannot assist",
                    "can't assist",
                    "can not assist",
                    "unable to help",
                    "unable to assist",
                    "not able to help",
                    "not able to assist",
                    "cannot answer",
                    "can't answer",
                    "unable to answer",
                    "not able to answer",
                    "unable to provide",
                    "not able to provide",
                    "cannot provide",
                    "can't provide",
                    "cannot fulfill",
                    "can't fulfill",
                    "cannot comply",
                    "can't comply",
                    "cannot do that",
                    "can't do that",
                    "cannot discuss",
                    "can't discuss",
                    "cannot respond",
                    "can't respond",
                    "won't be able to",
                    "must decline",
                    "have to decline",
                    "i decline",
                    "as an ai",
                    "i'm just an ai",
                    "i am just an ai",
                    "no comment",
                    "i have no answer",
                    "i don't have an answer",
                    "i don't know",
                    "i do not know",
                    "not sure how to answer",
                    "no answer");

    private Refusal() {}

    static boolean is(String text) {
        List<String> words = Topics.words(text.replace('\u2019', '\''));
        String opening =
                " "
                        + String.join(" ", words.subList(0, Math.min(OPENING_WORDS, words.size())))
                        + " ";
        return words.size() <= MOST_WORDS && holds(opening, PHRASES)
                || words.size() <= ANNOUNCED_WORDS && holds(opening, ANNOUNCEMENTS)
                || TITLES.contains(String.join(" ", words));
    }

    private static boolean holds(String opening, List<String> phrases) {
        return phrases.stream().anyMatch(phrase -> opening.contains(" " + phrase + " "));
    }
}
