package org.kindred.datasets.simulation;

/**
 * What a text can be more or less of; each is measured in (-1, 1). The first six are in every
 * world, the others, which are there or not and so in [0, 1), where a language has words for them.
 */
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
    CONCRETENESS,
    /** Jokes. */
    HUMOUR,
    /** Images of a poem. */
    POETRY,
    /** Forms of courtesy. */
    COURTESY,
    /** References to a culture: its feasts and habits. */
    CULTURE,
    /** Classical music. */
    CLASSICAL,
    /** Jazz. */
    JAZZ,
    /** Rock music. */
    ROCK,
    /** Electronic music. */
    ELECTRONIC
}
