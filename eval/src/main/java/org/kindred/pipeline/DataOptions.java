package org.kindred.pipeline;

import org.kindred.datasets.Placement;
import org.kindred.datasets.simulation.SimulationOptions;
import org.kindred.options.Meaning;

/** Whose choices a recipe starts from. */
public record DataOptions(
        @Meaning(
                        value =
                                "canonical folder or preferences file, or FORMAT:PATH for a published set"
                                        + " (prism:DIR, trl:FILE, ...); empty for a simulated population",
                        essential = true)
                String source,
        @Meaning("places of rows that have none: held-back users, prompts and domains")
                Placement.Options placement,
        @Meaning("the simulated population; read where source is empty")
                SimulationOptions simulation) {

    public static DataOptions defaults() {
        return new DataOptions("", Placement.Options.defaults(), SimulationOptions.defaults());
    }

    /** The same with other people. */
    DataOptions withSource(String other) {
        return new DataOptions(other, placement, simulation);
    }

    boolean simulated() {
        return source.isEmpty();
    }
}
