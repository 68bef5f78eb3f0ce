package org.kindred.policy.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.KindredException;
import org.kindred.policy.SnakeJson;
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
    private final Path folder;
    private final Options options;
    private final TrainingListener listener;
    private final FileChannel lockFile;
    private volatile boolean stopRequested;

    /**
     * What a run writes.
     *
     * @param checkpointEvery steps between checkpoints
     * @param keepCheckpoints how many of the newest stay; 0 keeps all
     * @param tensorBoard whether to write event files
     */
    public record Options(int checkpointEvery, int keepCheckpoints, boolean tensorBoard) {

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

    private TrainingRun(
            Path folder, Options options, TrainingListener listener, FileChannel lockFile) {
        this.folder = folder;
        this.options = options;
        this.listener = listener;
        this.lockFile = lockFile;
    }

    /**
     * Takes possession of a run's folder, which is made if need be.
     *
     * @throws KindredException if another process has it
     */
    public static TrainingRun open(Path folder, Options options, TrainingListener listener) {
        Path file = folder.resolve(".lock");
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!lock(channel)) {
                channel.close();
                throw new KindredException(
                        "Run folder "
                                + folder
                                + " is in use by another run; wait for it, or"
                                + " choose another folder");
            }
            return new TrainingRun(folder, options, listener, channel);
        } catch (IOException e) {
            throw AtomicFiles.failure("opening the run folder", folder, e);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(); // held until the channel is closed
            return lock != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
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

    /**
     * Takes training to its last step, or to the end of the step in which {@link #requestStop}
     * came.
     *
     * @throws KindredException if the folder holds checkpoints and the loop starts at step 0
     */
    public void train(TrainingLoop loop) {
        if (loop.stepsDone() == 0 && !Checkpoint.list(checkpoints()).isEmpty()) {
            throw new KindredException(
                    "Run folder "
                            + folder
                            + " has checkpoints of an earlier run; restore the"
                            + " newest to go on, or choose another folder");
        }
        loop.warnings().forEach(listener::onWarning);
        SnakeJson.write(folder.resolve("options.json"), loop.state().options());
        long before = loop.stepsDone();
        try (StepLog metricsLog = StepLog.openAfter(folder.resolve("metrics.jsonl"), before);
                StepLog timingsLog = StepLog.openAfter(folder.resolve("timings.jsonl"), before);
                Events events = new Events(before)) {
            boolean stop = stopRequested;
            while (!loop.done() && !stop) {
                StepMetrics metrics = loop.step();
                metricsLog.write(metrics);
                timingsLog.write(loop.timings());
                events.write(metrics);
                listener.onStep(metrics, loop.timings());
                boolean due = loop.stepsDone() % options.checkpointEvery() == 0;
                stop = stopRequested;
                if (due || loop.done() || stop) {
                    save(loop);
                }
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

    private void save(TrainingLoop loop) {
        Path target = checkpoints().resolve(Checkpoint.name(loop.stepsDone()));
        removeIfPresent(target); // a damaged one of the same step, passed over on resume
        Checkpoint.save(target, loop);
        listener.onCheckpoint(target);
        List<Path> all = Checkpoint.list(checkpoints());
        int keep = options.keepCheckpoints() == 0 ? all.size() : options.keepCheckpoints();
        all.stream().skip(keep).forEach(TrainingRun::removeIfPresent);
    }

    private static void removeIfPresent(Path checkpoint) {
        if (!Files.exists(checkpoint)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(checkpoint)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw AtomicFiles.failure("removing an old checkpoint", checkpoint, e);
        }
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw AtomicFiles.failure("closing the run folder", folder, e);
        }
    }
}
