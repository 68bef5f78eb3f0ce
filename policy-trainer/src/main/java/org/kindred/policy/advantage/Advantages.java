package org.kindred.policy.advantage;

/**
 * Advantages of a step, and what was left out of it.
 *
 * @param values [prompts][completions]; 0 where {@code used} is false
 * @param used [prompts][completions] whether the completion was scored and its prompt kept: only
 *     then may it enter the loss
 * @param droppedPrompts prompts with fewer than two scored completions
 * @param clipRatio share of used completions whose advantage was cut to the bound
 * @param fallbackRatio share of kept prompts normalised by themselves for want of history
 * @param cappedPrompts prompts kept out of the history by the cap on a user's share
 */
@SuppressWarnings("ArrayRecordComponent") // numbers to compute with, never compared as a value
public record Advantages(
        double[][] values,
        boolean[][] used,
        int droppedPrompts,
        double clipRatio,
        double fallbackRatio,
        int cappedPrompts) {}
