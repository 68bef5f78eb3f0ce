package org.kindred.pipeline.study;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.datasets.simulation.RewardScales;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.policy.Spelling;

/** Who lives in a simulated world of the study, and how they rate. */
public enum Population {
    /**
     * One rating scale for all, prompts equally easy: what a group's history knows does not help.
     */
    EQUAL_SCALES,
    /** The smallest group uses a fifth of the scale, so noise weighs five times as much there. */
    MINORITY_FIFTH,
    /** One scale for all, but prompts differ in how easy they are to answer well. */
    DIFFICULTY_SPREAD;

    private static final double SPREAD = 0.2;

    /** The world, apart from this the same as the given one. */
    SimulationOptions of(SimulationOptions world) {
        SimulationOptions.Texts t = world.texts();
        SimulationOptions.Texts texts =
                new SimulationOptions.Texts(
                        t.domains(),
                        t.outOfDistributionDomains(),
                        t.knownPrompts(),
                        t.newPrompts(),
                        t.responses(),
                        this == DIFFICULTY_SPREAD ? SPREAD : 0);
        return new SimulationOptions(
                        world.world(), world.people(), texts, world.pairs(), world.ratings())
                .withScales(
                        this == MINORITY_FIFTH ? RewardScales.MINORITY_FIFTH : RewardScales.EQUAL);
    }

    @JsonCreator
    public static Population parse(String text) {
        return Spelling.parse(Population.class, "populations", text);
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(this);
    }
}
