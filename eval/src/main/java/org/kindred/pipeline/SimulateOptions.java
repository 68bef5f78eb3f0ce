package org.kindred.pipeline;

import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.options.Meaning;

/** Options of {@code kindred data simulate}. */
public record SimulateOptions(
        @Meaning(
                        value = "of the population: who they are, what they like, what they choose",
                        essential = true)
                long seed,
        @Meaning(value = "the population", essential = true) SimulationOptions simulation) {

    /** The default population. */
    public static SimulateOptions defaults() {
        return new SimulateOptions(1, SimulationOptions.defaults());
    }
}
