package org.kindred.eval.pipeline;

import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.datasets.simulation.World;

/** Options of {@code kindred data simulate}. */
public record SimulateOptions(long seed, SimulationOptions simulation) {

    /** The preset of a world. */
    public static SimulateOptions of(World world) {
        return new SimulateOptions(1, SimulationOptions.of(world));
    }
}
