package org.kindred.reward.client;

import java.util.HashMap;
import java.util.Map;

/**
 * Notices a server that cuts prompts at the length of its context without an error, as Ollama does:
 * it then counts one number of tokens for prompts of different lengths. Safe for many threads.
 */
final class ContextWatch {
    private static final int FEWEST_TOKENS = 500; // shorter contexts than this nobody serves
    private static final int FEWEST_PROMPTS = 3;
    private static final double RATIO = 1.25;

    private record Seen(int prompts, long shortest, long longest) {}

    private final Map<Long, Seen> byTokens = new HashMap<>();
    private boolean told;

    /**
     * @param characters of the prompt
     * @param tokens that the server counted for it
     * @return true once: the first time that a cut is the only explanation
     */
    synchronized boolean isCut(long characters, long tokens) {
        if (told || tokens < FEWEST_TOKENS) {
            return false;
        }
        Seen seen =
                byTokens.merge(
                        tokens,
                        new Seen(1, characters, characters),
                        (a, b) ->
                                new Seen(
                                        a.prompts + 1,
                                        Math.min(a.shortest, b.shortest),
                                        Math.max(a.longest, b.longest)));
        told = seen.prompts >= FEWEST_PROMPTS && seen.longest >= RATIO * seen.shortest;
        return told;
    }
}
