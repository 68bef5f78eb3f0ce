package org.kindred.datasets.simulation;

/** What a text can be more or less of; each is measured in (-1, 1). */
public enum Trait {
    /** Long (+) or short (-). */
    LENGTH,
    /** Formal (+) or casual (-). */
    FORMALITY,
    /** Steps with list markers (+) or plain prose (-). */
    STRUCTURE,
    /** Warm (+) or cold (-). */
    WARMTH,
    /** Assertive (+) or hedged (-). */
    CERTAINTY,
    /** Numbers, names and examples (+) or abstract talk (-). */
    CONCRETENESS
}
