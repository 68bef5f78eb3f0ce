package org.kindred.policy.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.Checksums;
import org.kindred.datasets.FolderLock;
import org.kindred.datasets.Json;
import org.kindred.datasets.KindredException;
import org.kindred.options.Meaning;
import org.kindred.policy.metrics.EventFile;
import org.kindred.policy.metrics.StepLog;
import org.kindred.policy.metrics.StepMetrics;

/**
 * A run in a folder: trains, logs and saves, and goes on after a stop.
 *
 * <pre>
 * options.json              every option as it took effect
 * metrics.jsonl             numbers of each step; the same run gives the same bytes
 * timings.jsonl             seconds of each step
 * validation.jsonl          numbers of the policy on what it does not learn from, where measured
 * samples.jsonl             completions, where wanted
 * tensorboard/              the same numbers as events, unless switched off
 * checkpoints/step-*        see {@link Checkpoint}; the last step is always saved
 * </pre>
 *
 * One process at a time: a second one is refused. Typical use:
 *
 * <pre>{@code
 * try (TrainingRun run = TrainingRun.open(folder, TrainingRun.Options.defaults(), listener)) {
 *     Optional<Checkpoint> last = run.newestCheckpoint();
 *     CausalLm policy = last.map(c -> c.loadPolicy(engine)).orElseGet(() -> CausalLm.load(start, engine));
 *     Trainer trainer = new Trainer(new TrainerInputs(policy, ...), options);
 *     last.ifPresent(checkpoint -> trainer.restore(checkpoint, false));
 *     run.train(trainer);
 * }
 * }</pre>
 */
public final class TrainingRun implements AutoCloseable {
    private static final String METRICS = "metrics.jsonl";
    private static final String SAMPLES = "samples.jsonl";
    private final Path folder;
    private final Options options;
    private final TrainingListener listener;
    private final FolderLock lock;
    private volatile boolean stopRequested;

    /** What a run writes. */
    public record Options(
            @Meaning("steps between checkpoints") int checkpointEvery,
            @Meaning("how many of the newest stay; 0 keeps all") int keepCheckpoints,
            @Meaning("whether to write event files") boolean tensorBoard) {

        public Options {
            if (checkpointEvery < 1) {
                throw new IllegalArgumentException(
                        "checkpoint_every = " + checkpointEvery + ": must be at least 1");
            }
            if (keepCheckpoints < 0) {
                throw new IllegalArgumentException(
                        "keep_checkpoints = " + keepCheckpoints + ": must be at least 0");
            }
        }

        /** A checkpoint every 50 steps, the newest two kept, events on. */
        public static Options defaults() {
            return new Options(50, 2, true);
        }
    }

    private TrainingRun(Path folder, Options options, TrainingListener listener, FolderLock lock) {
        this.folder = folder;
        this.options = options;
        this.listener = listener;
        this.lock = lock;
    }

    /**
     * Takes possession of a run's folder, which is made if need be.
     *
     * @throws KindredException if another process has it
     */
    public static TrainingRun open(Path folder, Options options, TrainingListener listener) {
        FolderLock lock = FolderLock.take(folder, ".lock", "or choose another folder");
        AtomicFiles.remove(folder.resolve(Checksums.FILE)); // logs grow from now on
        return new TrainingRun(folder, options, listener, lock);
    }

    /** Where to go on; empty for a new run. Damaged checkpoints are passed over with a warning. */
    public Optional<Checkpoint> newestCheckpoint() {
        return Checkpoint.newest(checkpoints(), listener::onWarning);
    }

    private Path checkpoints() {
        return folder.resolve("checkpoints");
    }

    /** Asks {@link #train} to save and return after the step in progress. Safe from any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    /** Takes training to its last step, unwatched; see {@link #train(TrainingLoop, Watch)}. */
    public void train(TrainingLoop loop) {
        train(loop, Watch.NOTHING);
    }

    /**
     * Takes training to its last step, to the end of the step in which {@link #requestStop} came,
     * or to where validation stops it.
     *
     * @throws KindredException if the folder holds checkpoints and the loop starts at step 0, if a
     *     step fails, or if it passes a guard. What was reached is saved before, where the failure
     *     left it whole
     */
    public void train(TrainingLoop loop, Watch watch) {
        if (loop.stepsDone() == 0 && !Checkpoint.list(checkpoints()).isEmpty()) {
            throw new KindredException(
                    "Run folder "
                            + folder
                            + " has checkpoints of an earlier run; restore the"
                            + " newest to go on, or choose another folder");
        }
        loop.warnings().forEach(listener::onWarning);
        Json.write(folder.resolve("options.json"), loop.state().options());
        try (Session session = new Session(loop, watch)) {
            session.run();
        }
    }

    /** The checkpoint of the best validation so far, if it was validated and is still there. */
    public Optional<Path> best(Watch.Validation validation) {
        return Validations.read(folder, validation)
                .best()
                .map(best -> checkpoints().resolve(Checkpoint.name(best.step())))
                .filter(Files::isDirectory);
    }

    /** Whether no step has measured better than the model before its first one. */
    public boolean startIsBest(Watch.Validation validation) {
        return Validations.read(folder, validation)
                .best()
                .filter(best -> best.step() == 0)
                .isPresent();
    }

    /** Whether validation has ended the run before its last step. */
    public boolean stoppedEarly(Watch.@Nullable Validation validation) {
        return validation != null && Validations.read(folder, validation).exhausted();
    }

    /** One call of {@link #train}: the loop, and the files that are open meanwhile. */
    private final class Session implements AutoCloseable {
        private final TrainingLoop loop;
        private final Watch watch;
        private final StepLog metricsLog;
        private final StepLog timingsLog;
        private final @Nullable StepLog samplesLog;
        private final @Nullable StepLog validationLog;
        private final Optional<Validations> validations;
        private final Events events;

        Session(TrainingLoop loop, Watch watch) {
            this.loop = loop;
            this.watch = watch;
            long before = loop.stepsDone();
            metricsLog = StepLog.openAfter(folder.resolve(METRICS), before, listener::onWarning);
            timingsLog =
                    StepLog.openAfter(folder.resolve("timings.jsonl"), before, listener::onWarning);
            samplesLog = openIf(watch.samplesEvery() > 0, SAMPLES, before);
            validationLog = openIf(watch.validation() != null, Validations.FILE, before);
            validations =
                    Optional.ofNullable(watch.validation())
                            .map(validation -> Validations.read(folder, validation));
            events = new Events(before);
        }

        private @Nullable StepLog openIf(boolean wanted, String name, long before) {
            return wanted
                    ? StepLog.openAfter(folder.resolve(name), before, listener::onWarning)
                    : null;
        }

        void run() {
            validate();
            boolean stop = stopRequested || exhausted();
            while (!loop.done() && !stop) {
                StepMetrics metrics = step();
                String passed = watch.guards().passed(metrics.values());
                boolean due = loop.stepsDone() % options.checkpointEvery() == 0;
                boolean validated = validate();
                stop = stopRequested || exhausted();
                if (due || validated || loop.done() || stop || passed != null) {
                    save();
                }
                if (passed != null) {
                    throw new KindredException(
                            "Training has diverged at step "
                                    + loop.stepsDone()
                                    + ": "
                                    + passed
                                    + ". The state is saved. Lower the learning rate or raise beta in"
                                    + " a new run, or raise the limit and resume this one");
                }
            }
        }

        private StepMetrics step() {
            StepMetrics metrics;
            try {
                metrics = loop.step();
            } catch (KindredException failure) {
                throw new KindredException(
                        failure.getMessage() + " " + saveAfterFailure(), failure);
            }
            metricsLog.write(metrics);
            timingsLog.write(loop.timings());
            if (samplesLog != null && loop.stepsDone() % watch.samplesEvery() == 0) {
                for (Sample sample : loop.samples()) {
                    samplesLog.write(line(sample));
                }
            }
            events.write(metrics);
            listener.onStep(metrics, loop.timings());
            return metrics;
        }

        private ObjectNode line(Sample sample) {
            ObjectNode line = Json.mapper().createObjectNode().put("step", loop.stepsDone());
            line.put("group", sample.group()).put("prompt", sample.prompt());
            line.put("reward", sample.reward()).put("advantage", sample.advantage());
            return line.put("completion", sample.completion());
        }

        private String saveAfterFailure() {
            long last = newestCheckpoint().map(Checkpoint::steps).orElse(0L);
            if (loop.intact() && loop.stepsDone() > last) {
                save();
                last = loop.stepsDone();
            }
            return "(Saved: the state after step " + last + "; resume goes on from there.)";
        }

        private boolean validate() {
            if (validations.isEmpty() || !validations.get().due(loop.stepsDone(), loop.done())) {
                return false;
            }
            StepMetrics measured = validations.get().measure(loop);
            if (validationLog != null) {
                validationLog.write(measured);
            }
            events.write(measured);
            listener.onValidation(measured);
            return true;
        }

        private boolean exhausted() {
            return validations.map(Validations::exhausted).orElse(false);
        }

        private void save() {
            Stream.of(metricsLog, timingsLog, samplesLog, validationLog)
                    .filter(Objects::nonNull)
                    .forEach(StepLog::sync);
            Path target = checkpoints().resolve(Checkpoint.name(loop.stepsDone()));
            AtomicFiles.remove(target); // a damaged one of the same step, passed over on resume
            Checkpoint.save(target, loop);
            listener.onCheckpoint(target);
            List<Path> all = Checkpoint.list(checkpoints());
            int keep = options.keepCheckpoints() == 0 ? all.size() : options.keepCheckpoints();
            String best =
                    validations
                            .flatMap(Validations::best)
                            .map(measured -> Checkpoint.name(measured.step()))
                            .orElse("");
            all.stream()
                    .skip(keep)
                    .filter(old -> !old.getFileName().toString().equals(best))
                    .forEach(AtomicFiles::remove);
        }

        @Override
        public void close() {
            try (metricsLog;
                    timingsLog;
                    samplesLog;
                    validationLog;
                    events) {
                // closed by this statement, each even if another fails
            }
        }
    }

    /** Event files, or nothing where they are switched off. */
    private final class Events implements AutoCloseable {
        private final Optional<EventFile> file;

        Events(long lastStep) {
            Path events = folder.resolve("tensorboard");
            file =
                    options.tensorBoard()
                            ? Optional.of(new EventFile(events, lastStep, Clock.systemUTC()))
                            : Optional.empty();
        }

        void write(StepMetrics metrics) {
            file.ifPresent(events -> events.write(metrics));
        }

        @Override
        public void close() {
            file.ifPresent(EventFile::close);
        }
    }

    /** Lays the folder down; damage to its logs is noticed from now on. */
    @Override
    public void close() {
        for (String log : List.of(METRICS, SAMPLES, Validations.FILE)) {
            if (Files.exists(folder.resolve(log))) {
                Checksums.add(folder.resolve(log));
            }
        }
        lock.close();
    }
}
