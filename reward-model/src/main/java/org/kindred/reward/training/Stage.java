package org.kindred.reward.training;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.policy.Spelling;

/** A stage of training; those of the chain writer go on from each other, in this order. */
public enum Stage {
    /** Stage 1, persona-guided scoring induction: imitation of a teacher's chains. */
    PSI,
    /** Stage 2, criteria-based reasoning enhancement: GRPO by coverage and outcome. */
    CRE,
    /** Stage 3: GRPO by outcome, hard negatives in rising share. */
    CURRICULUM,
    /** For comparison, from the start model: a Bradley-Terry head that knows no user. */
    BT_GLOBAL,
    /** For comparison, from the start model: a Bradley-Terry head that reads the persona. */
    BT_PERSONA;

    public boolean writesChains() {
        return this == PSI || this == CRE || this == CURRICULUM;
    }

    @JsonCreator
    public static Stage parse(String text) {
        return Spelling.parse(Stage.class, "stages", text);
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(this);
    }
}
