package org.kindred.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.CanonicalWriter;
import org.kindred.datasets.Manifest;
import org.kindred.datasets.Placement;
import org.kindred.datasets.Quarantined;
import org.kindred.datasets.simulation.SimulatedPopulation;

/** {@code data/}: canonical rows, each with its place, of whatever source. */
final class DataStage implements Stage {
    static final String NAME = "data";
    static final String SOURCE_HASH = "source.sha256";
    private static final String QUARANTINE = "quarantine.jsonl";

    private final RunContext context;

    DataStage(RunContext context) {
        this.context = context;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String note() {
        return options().simulated() ? "simulated population" : options().source();
    }

    private DataOptions options() {
        return context.options().data();
    }

    @Override
    public Map<String, String> reads(RecipeOptions options) {
        return options.data().simulated()
                ? RunContext.leaves(options, "seed", "data.source", "data.simulation.")
                : RunContext.leaves(options, "seed", "data.source", "data.placement.");
    }

    @Override
    public List<String> after() {
        return List.of();
    }

    @Override
    public String inputs() {
        return options().simulated() ? "" : context.sourceHash();
    }

    @Override
    public List<String> outputs() {
        return List.of(NAME, "source");
    }

    @Override
    public boolean run() {
        Path folder = context.path(NAME);
        if (options().simulated()) {
            SimulatedPopulation.generate(
                            options().simulation(), context.seeds().child("population"))
                    .write(folder);
            return true;
        }
        String sourceHash = context.sourceHash();
        CanonicalReader.Loaded loaded = context.readSource();
        Placement placed = Placement.of(loaded.dataset(), options().placement(), context.seeds());
        Manifest manifest =
                (loaded.manifest() == null ? Manifest.named("data") : loaded.manifest())
                        .withOutOfDistributionDomains(placed.outOfDistributionDomains());
        AtomicFiles.writeFolder(
                folder,
                inside -> {
                    CanonicalWriter.writeInto(inside, placed.dataset(), loaded.tasks(), manifest);
                    Files.writeString(inside.resolve(SOURCE_HASH), sourceHash);
                    Path truth =
                            Path.of(options().source()).resolve(SimulatedPopulation.TRUTH_FILE);
                    if (Files.exists(truth)) {
                        Files.copy(truth, inside.resolve(SimulatedPopulation.TRUTH_FILE));
                    }
                    if (!loaded.quarantined().isEmpty()) {
                        Quarantined.write(inside.resolve(QUARANTINE), loaded.quarantined());
                    }
                });
        context.progress()
                .stage(
                        NAME,
                        loaded.summary() + (placed.how().isEmpty() ? "" : "; " + placed.how()));
        return true;
    }
}
