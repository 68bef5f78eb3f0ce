package org.kindred.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.Progress;
import org.kindred.eval.alignment.Alignment;
import org.kindred.eval.report.RunComparison;
import org.kindred.eval.results.Results;
import org.kindred.eval.table.Table;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.policy.run.TrainingListener;

/**
 * A recipe over several seeds: a run folder for each, {@code seed-<n>/}, and one table over all of
 * them; before that, where wanted, the choice of every arm's learning rate on other seeds.
 */
public final class SeedRuns implements AutoCloseable {
    private static final String TUNED = "tuning.json";
    private static final String WHOLE = "seeds";

    private final RunFolder folder;
    private final RecipeOptions options;
    private final List<String> command;
    private final TrainingListener log;
    private final Progress progress;
    private volatile @Nullable Recipe running;
    private volatile boolean stopRequested;

    /**
     * What the tuning seeds said of an arm.
     *
     * @param worst mean over seeds of the worst group's value, by rate
     * @param rate the best of them
     */
    public record Tuned(String arm, Map<Double, Double> worst, double rate) {}

    public SeedRuns(
            Path root,
            RunFolder.Existing existing,
            RecipeOptions options,
            List<String> command,
            TrainingListener log,
            Progress progress) {
        this.options = options;
        this.log = log;
        this.progress = progress;
        folder = RunFolder.join(root, existing, Set.of(WHOLE));
        this.command = folder.command(command, existing == RunFolder.Existing.RESUME);
    }

    /** As {@link Recipe#requestStop}. */
    public boolean requestStop() {
        stopRequested = true;
        Recipe recipe = running;
        return recipe != null && recipe.requestStop();
    }

    /**
     * @return false if it was asked to stop before its end
     */
    public boolean run() {
        if (Files.exists(folder.path(RunFolder.CONFIG))) {
            List<String> changed =
                    OptionTree.differences(
                            OptionTree.load(RunFolder.config(folder.root()), RecipeOptions.class),
                            options);
            changed.removeIf(change -> RunContext.isHarmless(change));
            if (!changed.isEmpty()) {
                throw RunFolder.otherOptions(folder.root(), changed);
            }
        }
        folder.writeConfig(options);
        folder.begin(WHOLE, "");
        RecipeOptions tuned = options;
        if (options.tuning().wanted()) {
            List<Tuned> found = tune();
            if (found.isEmpty()) {
                return false;
            }
            tuned = options.withArms(at(found));
        }
        Map<String, Results> results = new LinkedHashMap<>();
        List<Long> seeds = options.seeds().isEmpty() ? List.of(options.seed()) : options.seeds();
        for (long seed : seeds) {
            Path run = folder.path("seed-" + seed);
            if (!run(run, tuned.withSeed(seed), "seed " + seed)) {
                return false;
            }
            results.put("seed-" + seed, Results.read(run));
        }
        if (results.size() > 1) {
            RunComparison comparison = RunComparison.of(results);
            Table table = comparison.table();
            Json.write(folder.path("comparison.json"), comparison);
            AtomicFiles.writeText(folder.path("comparison.csv"), table.csv());
            AtomicFiles.writeText(folder.path("comparison.md"), table.markdown());
            AtomicFiles.writeText(folder.path("comparison.tex"), table.latex());
        }
        folder.finish(WHOLE);
        return true;
    }

    private boolean run(Path root, RecipeOptions of, String what) {
        progress.stage(what, root.toString());
        RunFolder.Existing existing =
                RunFolder.isOccupied(root) ? RunFolder.Existing.RESUME : RunFolder.Existing.REFUSE;
        try (Recipe recipe =
                Recipe.open(root, existing, of, Recipe.Goal.REPORT, command, log, progress)) {
            running = recipe;
            if (stopRequested) {
                return false;
            }
            return recipe.run();
        } finally {
            running = null;
        }
    }

    /** Every arm at every rate on the tuning seeds; empty if it was asked to stop. */
    private List<Tuned> tune() {
        List<ArmOptions> candidates = new ArrayList<>();
        for (ArmOptions arm : options.arms()) {
            options.tuning()
                    .rates()
                    .forEach(rate -> candidates.add(arm.named(candidate(arm, rate)).at(rate)));
        }
        Map<String, Double> worst = new LinkedHashMap<>();
        for (long seed : options.tuning().seeds()) {
            Path run = folder.path("tuning").resolve("seed-" + seed);
            if (!run(run, options.withArms(candidates).withSeed(seed), "tuning " + seed)) {
                return List.of();
            }
            Alignment alignment = Results.read(run).alignment();
            if (alignment == null) {
                throw new OptionsException(
                        "tuning.rates: the data hold no row that is kept for evaluation, so no rate"
                                + " can be chosen; leave tuning out");
            }
            for (ArmOptions candidate : candidates) {
                worst.merge(
                        candidate.name(),
                        alignment.summary(candidate.name()).orElseThrow().worst()
                                / options.tuning().seeds().size(),
                        Double::sum);
            }
        }
        List<Tuned> tuned = new ArrayList<>();
        for (ArmOptions arm : options.arms()) {
            Map<Double, Double> byRate = new LinkedHashMap<>();
            options.tuning()
                    .rates()
                    .forEach(rate -> byRate.put(rate, worst.get(candidate(arm, rate))));
            double best =
                    byRate.entrySet().stream()
                            .max(Map.Entry.comparingByValue())
                            .orElseThrow()
                            .getKey();
            tuned.add(new Tuned(arm.name(), byRate, best));
            progress.stage("tuned", arm.name() + ": learning rate " + best);
        }
        Json.write(folder.path(TUNED), tuned);
        return tuned;
    }

    private static String candidate(ArmOptions arm, double rate) {
        return arm.name() + "@" + rate;
    }

    private List<ArmOptions> at(List<Tuned> tuned) {
        List<ArmOptions> arms = new ArrayList<>();
        for (int i = 0; i < tuned.size(); i++) {
            arms.add(options.arms().get(i).at(tuned.get(i).rate()));
        }
        return arms;
    }

    /** The table over seeds in sentences; one line for one seed. */
    public List<String> summary() {
        Path comparison = folder.path("comparison.json");
        if (!Files.exists(comparison)) {
            return List.of("results are in " + folder.root());
        }
        Map<String, Results> results = new LinkedHashMap<>();
        options.seeds()
                .forEach(
                        seed ->
                                results.put(
                                        "seed-" + seed, Results.read(folder.path("seed-" + seed))));
        List<String> lines = new ArrayList<>(RunComparison.of(results).sentences());
        lines.add("comparison.json, .csv, .md and .tex are in " + folder.root());
        return lines;
    }

    @Override
    public void close() {
        folder.close();
    }
}
