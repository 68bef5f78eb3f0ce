package org.kindred.pipeline;

import org.kindred.datasets.simulation.SimulationOptions;

/** Options of {@code kindred data simulate}. */
public record SimulateOptions(long seed, SimulationOptions simulation) {

    /** The default population. */
    public static SimulateOptions defaults() {
        return new SimulateOptions(1, SimulationOptions.defaults());
    }
}
