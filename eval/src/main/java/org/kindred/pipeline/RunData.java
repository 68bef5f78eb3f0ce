package org.kindred.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Task;
import org.kindred.datasets.simulation.LatentTruth;
import org.kindred.datasets.simulation.SimulatedPopulation;

/**
 * The data of a run.
 *
 * @param outOfDistribution domains that training never shows
 * @param truth what simulated people like; null of real ones
 */
record RunData(
        PreferenceDataset dataset,
        List<Task> tasks,
        Set<String> outOfDistribution,
        @Nullable LatentTruth truth) {

    static RunData read(Path folder) {
        CanonicalReader.Loaded loaded = CanonicalReader.read(folder);
        Path truth = folder.resolve(SimulatedPopulation.TRUTH_FILE);
        return new RunData(
                loaded.dataset(),
                loaded.tasks(),
                loaded.manifest() == null
                        ? Set.of()
                        : Set.copyOf(loaded.manifest().outOfDistributionDomains()),
                Files.exists(truth) ? LatentTruth.load(truth) : null);
    }
}
