package org.kindred.pipeline.study;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Json;
import org.kindred.datasets.Message;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.datasets.Task;
import org.kindred.datasets.simulation.Corpus;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.pipeline.GroupLabels;
import org.kindred.policy.grpo.BatchOptions;
import org.kindred.policy.grpo.RegularisationOptions;
import org.kindred.policy.grpo.RewardSource;
import org.kindred.policy.grpo.ScoringOptions;
import org.kindred.policy.grpo.Trainer;
import org.kindred.policy.grpo.TrainerInputs;
import org.kindred.policy.grpo.TrainerOptions;
import org.kindred.policy.metrics.StepLog;
import org.kindred.policy.metrics.StepMetrics;
import org.kindred.policy.model.AdamWOptions;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.LearningRateSchedule;
import org.kindred.policy.objective.ObjectiveOptions;
import org.kindred.policy.run.Checkpoint;
import org.kindred.policy.run.TrainingListener;
import org.kindred.policy.run.TrainingRun;
import org.kindred.policy.run.Watch;
import org.kindred.policy.schedule.KlSchedule;
import org.kindred.policy.schedule.OptimizerOptions;
import org.kindred.policy.sft.SftExample;
import org.kindred.policy.sft.SftTrainer;
import org.kindred.policy.tokenizer.BpeTrainer;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * The study, in a folder that it goes on from: one start model, then for each population and arm
 * the runs that choose a learning rate, then the paired runs. A run that is done leaves {@code
 * curve.json}; its other files are removed.
 *
 * <p>Two processes may work in one folder: each takes populations and arms that no other has (a
 * lock file each). The one that finds nothing left to do writes the report.
 */
public final class LanguageStudy {
    private static final String CURVE = "curve.json";

    private final StudyOptions options;
    private final Path folder;
    private final Progress progress;
    private final SeedTree seeds;
    private long runsDone;

    /**
     * What a run measured, step by step.
     *
     * @param rate learning rate
     */
    record Curve(double rate, List<Map<String, Double>> points) {

        double last(String metric) {
            return points.get(points.size() - 1).get(metric);
        }

        /** Mean over the measurements after the start. */
        double area(String metric) {
            return points.stream().skip(1).mapToDouble(p -> p.get(metric)).average().orElseThrow();
        }
    }

    public LanguageStudy(StudyOptions options, Path folder, Progress progress) {
        this.options = options;
        this.folder = folder;
        this.progress = progress;
        this.seeds = SeedTree.root(options.seed()).child("study");
    }

    /**
     * Does what is left to do.
     *
     * @return the report; empty if another process is still at work on the rest
     * @throws OptionsException if the folder holds a study with other options
     */
    public Optional<StudyReport> run() {
        Path config = folder.resolve("config.yaml");
        if (Files.exists(config)) {
            List<String> changed =
                    OptionTree.differences(OptionTree.load(config, StudyOptions.class), options);
            if (!changed.isEmpty()) {
                throw new OptionsException(
                        folder
                                + " holds a study with other options: "
                                + String.join("; ", changed)
                                + ". Use the same, or another folder with --out");
            }
        } else {
            AtomicFiles.writeText(config, OptionTree.yaml(options));
        }
        if (!exclusively("start", this::makeStart)) {
            return Optional.empty();
        }
        boolean mine = true;
        for (Population population : options.populations()) {
            for (StudyArm arm : arms(population)) {
                Path at = folder.resolve(population.spelling()).resolve(arm.name());
                if (!Files.exists(at.resolve("done"))) {
                    mine &=
                            exclusively(
                                    population.spelling() + "/" + arm.name(),
                                    () -> block(population, arm));
                }
            }
        }
        if (!mine || !allDone()) {
            return Optional.empty();
        }
        StudyReport report = StudyReport.of(options, this::curves, this::agreements);
        Json.write(folder.resolve("results.json"), report);
        AtomicFiles.writeText(folder.resolve("tables.md"), report.markdown());
        return Optional.of(report);
    }

    private boolean allDone() {
        return options.populations().stream()
                .allMatch(
                        population ->
                                arms(population).stream()
                                        .allMatch(
                                                arm ->
                                                        Files.exists(
                                                                folder.resolve(
                                                                                population
                                                                                        .spelling())
                                                                        .resolve(arm.name())
                                                                        .resolve("done"))));
    }

    /** All arms; controls last, since they take the rates of the others. */
    List<StudyArm> arms(Population population) {
        List<StudyArm> arms = new ArrayList<>(StudyArm.all(options.entropyBonus()));
        if (population == options.controls()) {
            for (GroupLabels labels : List.of(GroupLabels.RANDOM, GroupLabels.PROTOTYPES)) {
                StudyArm.all(options.entropyBonus()).stream()
                        .filter(StudyArm::readsGroups)
                        .forEach(arm -> arms.add(arm.withLabels(labels)));
            }
        }
        return arms;
    }

    /**
     * @return false if another process is at it
     */
    private boolean exclusively(String name, Runnable work) {
        Path lock = folder.resolve(name.replace('/', '-') + ".lock");
        try (FileChannel channel =
                        FileChannel.open(
                                lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held == null) {
                return false;
            }
            work.run();
            return true;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        } catch (IOException e) {
            throw AtomicFiles.failure("locking", lock, e);
        }
    }

    private Path startFolder() {
        return folder.resolve("start");
    }

    /** Tokenizer and model that know the language and no taste. */
    private void makeStart() {
        if (Files.isDirectory(startFolder())) {
            return;
        }
        progress.stage("start", "language model from scratch");
        Set<String> prompts = new TreeSet<>();
        Set<String> groups = new TreeSet<>();
        for (Population population : options.populations()) {
            prompts.addAll(world(population).prompts());
            groups.addAll(world(population).groups());
        }
        List<Task> corpus =
                Corpus.write(
                        options.simulation().world(),
                        options.sft().corpusExamples(),
                        prompts,
                        seeds.child("corpus"));
        AtomicFiles.writeFolder(startFolder(), target -> learn(target, corpus, prompts, groups));
    }

    private void learn(Path target, List<Task> corpus, Set<String> prompts, Set<String> groups) {
        List<String> texts = new ArrayList<>(prompts);
        corpus.forEach(
                task -> {
                    texts.add(Message.text(task.prompt()));
                    texts.add(task.reference());
                });
        texts.addAll(groups);
        BpeTrainer.train(
                texts.stream(),
                new BpeTrainer.Options(options.model().vocabularySize(), List.of(), 2),
                target);
        List<String> names = List.copyOf(groups);
        try (Tokenizer tokenizer = Tokenizer.load(target);
                CausalLm model =
                        options.model()
                                .create(tokenizer, options.engine(), seeds.child("weights"))) {
            List<SftExample> examples = new ArrayList<>();
            for (Task task : corpus) {
                String group = names.get(examples.size() % names.size());
                examples.add(
                        new SftExample(
                                StudyWorld.prompt(tokenizer, group, Message.text(task.prompt())),
                                tokenizer.encodeEnded(task.reference())));
            }
            SftTrainer trainer =
                    new SftTrainer(
                            model,
                            tokenizer,
                            examples,
                            List.of(),
                            options.sft().forCorpus(seeds.child("sft")));
            while (!trainer.done()) {
                StepMetrics step = trainer.step();
                progress.step(step.step(), trainer.steps(), "loss " + step.value("loss"));
            }
            model.save(target);
            tokenizer.save(target);
        }
    }

    private StudyWorld world(Population population) {
        return StudyWorld.open(
                folder.resolve(population.spelling()).resolve("data"),
                population.of(options.simulation()),
                options.measuredPrompts(),
                seeds.child("world"));
    }

    /** Chooses the rate of an arm in a population, then makes its paired runs. */
    private void block(Population population, StudyArm arm) {
        progress.stage(population.spelling(), arm.name());
        runsDone = 0;
        StudyWorld world = world(population);
        Path at = folder.resolve(population.spelling()).resolve(arm.name());
        Map<String, String> labels = world.labels(arm.labels());
        Json.write(at.resolve("labels.json"), Map.of("ari", world.agreement(labels)));
        double rate = rate(population, arm, world, labels);
        for (int seed = 0; seed < options.seeds(); seed++) {
            train(at.resolve("seed-" + seed), arm, rate, "final", seed, world, labels);
        }
        AtomicFiles.writeText(at.resolve("done"), rate + "\n");
    }

    private double rate(
            Population population, StudyArm arm, StudyWorld world, Map<String, String> labels) {
        Path of = folder.resolve(population.spelling()).resolve(arm.tunedAs());
        double best = options.rates().get(0);
        double bestWorst = Double.NEGATIVE_INFINITY;
        for (double rate : options.rates()) {
            double worst = 0;
            for (int seed = 0; seed < options.tuningSeeds(); seed++) {
                Path run = of.resolve("rate-" + rate + "-" + seed);
                boolean own = arm.name().equals(arm.tunedAs());
                Curve curve =
                        own
                                ? train(run, arm, rate, "tuning", seed, world, labels)
                                : tuned(run, population, arm, rate, seed, world);
                worst += curve.area("worst") / options.tuningSeeds();
            }
            if (worst > bestWorst) {
                bestWorst = worst;
                best = rate;
            }
        }
        return best;
    }

    /** A control whose model arm another process has not finished makes that run itself. */
    private Curve tuned(
            Path run,
            Population population,
            StudyArm control,
            double rate,
            int seed,
            StudyWorld world) {
        if (Files.exists(run.resolve(CURVE))) {
            return Json.read(run.resolve(CURVE), Curve.class, "a curve of the study");
        }
        StudyArm arm =
                arms(population).stream()
                        .filter(a -> a.name().equals(control.tunedAs()))
                        .findFirst()
                        .orElseThrow();
        Path copy =
                folder.resolve(population.spelling())
                        .resolve(control.name())
                        .resolve(run.getFileName().toString());
        return train(copy, arm, rate, "tuning", seed, world, world.labels(arm.labels()));
    }

    private Curve train(
            Path run,
            StudyArm arm,
            double rate,
            String use,
            int seed,
            StudyWorld world,
            Map<String, String> labels) {
        Path curveFile = run.resolve(CURVE);
        if (!Files.exists(curveFile)) {
            Json.write(curveFile, learn(run, arm, rate, use, seed, world, labels));
            remove(run);
        }
        runsDone++;
        long total = options.seeds() + (long) options.rates().size() * options.tuningSeeds();
        progress.step(Math.min(runsDone, total), total, arm.name() + " at " + rate);
        return Json.read(curveFile, Curve.class, "a curve of the study");
    }

    private Curve learn(
            Path run,
            StudyArm arm,
            double rate,
            String use,
            int seed,
            StudyWorld world,
            Map<String, String> labels) {
        TrainerOptions trainerOptions =
                trainerOptions(arm, rate, seeds.child(use).child(seed).seed());
        TrainingRun.Options often = new TrainingRun.Options(options.steps(), 1, false);
        try (TrainingRun training = TrainingRun.open(run, often, TrainingListener.SILENT);
                Tokenizer tokenizer = Tokenizer.load(startFolder())) {
            Optional<Checkpoint> last = training.newestCheckpoint();
            Watch.Validation validation =
                    new Watch.Validation(
                            world.measure(tokenizer, options.sampling()),
                            "worst",
                            new Watch.Validation.Options(options.measureEvery(), 0));
            try (CausalLm policy =
                    last.map(c -> c.loadPolicy(options.engine()))
                            .orElseGet(() -> CausalLm.load(startFolder(), options.engine()))) {
                Trainer trainer =
                        new Trainer(
                                new TrainerInputs(
                                        policy,
                                        null,
                                        tokenizer,
                                        world.prompts(tokenizer, labels),
                                        List.of(RewardSource.of("rating", world.reward()))),
                                trainerOptions);
                last.ifPresent(checkpoint -> trainer.restore(checkpoint, false));
                training.train(trainer, new Watch(Watch.Guards.NONE, validation, 0));
            }
        }
        List<Map<String, Double>> points = new ArrayList<>();
        for (StepMetrics measured : StepLog.read(run.resolve("validation.jsonl"))) {
            Map<String, Double> point = new LinkedHashMap<>();
            point.put("step", (double) measured.step());
            point.putAll(measured.values());
            points.add(point);
        }
        return new Curve(rate, points);
    }

    private TrainerOptions trainerOptions(StudyArm arm, double rate, long seed) {
        BatchOptions b = options.batch();
        return new TrainerOptions(
                options.steps(),
                new BatchOptions(
                        b.promptsPerStep(),
                        b.completionsPerPrompt(),
                        arm.sampling(),
                        b.innerEpochs(),
                        b.microBatchRows()),
                new OptimizerOptions(
                        rate, LearningRateSchedule.Shape.CONSTANT, 0, AdamWOptions.defaults()),
                options.sampling(),
                arm.advantage(),
                ObjectiveOptions.defaults(),
                new RegularisationOptions(0, KlSchedule.CONSTANT, arm.entropy()),
                false,
                ScoringOptions.defaults(),
                seed);
    }

    /** Weights and logs of a run that is done; the curve says what the report needs. */
    private static void remove(Path run) {
        try (var files = Files.walk(run)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(run) && !file.getFileName().toString().equals(CURVE)) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("removing the files of a finished run", run, e);
        }
    }

    /** The paired runs of an arm, by seed; null if it is no arm of the population. */
    private @Nullable List<Curve> curves(Population population, String arm) {
        Path at = folder.resolve(population.spelling()).resolve(arm);
        if (!Files.isDirectory(at)) {
            return null;
        }
        List<Curve> curves = new ArrayList<>();
        for (int seed = 0; seed < options.seeds(); seed++) {
            curves.add(
                    Json.read(
                            at.resolve("seed-" + seed).resolve(CURVE),
                            Curve.class,
                            "a curve of the study"));
        }
        return curves;
    }

    private Map<String, Double> agreements(Population population) {
        Map<String, Double> found = new LinkedHashMap<>();
        for (StudyArm arm : arms(population)) {
            Path file =
                    folder.resolve(population.spelling())
                            .resolve(arm.name())
                            .resolve("labels.json");
            found.put(arm.name(), Json.read(file, Agreement.class, "the labels of an arm").ari());
        }
        return found;
    }

    private record Agreement(double ari) {}
}
