package org.kindred.serve;

/** What a completion without a letter or digit is worth. */
public enum Blank {
    /** Nothing: it has no reward, and trainers leave it out or take it for neutral. */
    ABSTAIN,
    /** The lowest reward there is, as in our own training: saying nothing is a poor answer. */
    LOWEST
}
