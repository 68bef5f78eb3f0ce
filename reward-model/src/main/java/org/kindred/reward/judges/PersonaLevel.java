package org.kindred.reward.judges;

/** What a persona in a policy's prompt is written for. */
public enum PersonaLevel {
    /** Once for all prompts of a user. */
    USER,
    /** The user and the prompt at hand, as published. */
    PROMPT
}
