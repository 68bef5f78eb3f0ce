package org.kindred.reward.training;

/** A stage of training; those of the chain writer go on from each other, in this order. */
public enum Stage {
    /** Stage 1, persona-guided scoring induction: imitation of a teacher's chains. */
    PSI,
    /** Stage 2, criteria-based reasoning enhancement: reinforcement by coverage and outcome. */
    CRE,
    /** Stage 3: reinforcement by outcome, hard negatives in rising share. */
    CURRICULUM,
    /** For comparison, from the start model: a Bradley-Terry head that knows no user. */
    BT_GLOBAL,
    /** For comparison, from the start model: a Bradley-Terry head that reads the persona. */
    BT_PERSONA;

    public boolean writesChains() {
        return this == PSI || this == CRE || this == CURRICULUM;
    }
}
